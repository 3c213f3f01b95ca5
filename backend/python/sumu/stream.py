from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterable
from types import TracebackType
from typing import Any, Callable, Optional, TypeVar

from .async_stream import AsyncStream, StreamResult
from .errors import SumuError

_Value = TypeVar("_Value")


class LoopThread:
    """An event loop in a thread of its own, for streams of code without asyncio."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="sumu-streams", daemon=True).start()

    @property
    def is_here(self) -> bool:
        """A fork has no threads of its parent."""
        return self._process == os.getpid()

    def run(self, coroutine: Coroutine[Any, Any, _Value]) -> _Value:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call(self, function: Callable[[], _Value]) -> _Value:
        async def called() -> _Value:
            return function()

        return self.run(called())


class Stream:
    """A text that is produced piece by piece: the same as AsyncStream, for code without asyncio. As a context manager it
    ends the stream, or cancels it if the code fails."""

    def __init__(self, loop: LoopThread, make: Callable[[], AsyncStream]) -> None:
        self._loop = loop
        self._stream = loop.call(make)
        # What became of the stream, when it has ended.
        self.result: Optional[StreamResult] = None
        self._is_over = False

    @property
    def id(self) -> str:
        return self._stream.id

    def write(self, piece: str) -> None:
        """Adds a piece. It does not wait: the piece goes out with the next frame. Raises InvalidInputError when the whole
        text would be too large for a client's frame."""
        self._loop.call(lambda: self._stream.write(piece))

    def end(self) -> StreamResult:
        """Posts the last frame, waits a second at most for clients that are behind, and sends the whole text through the
        queue. Raises UnsentError when the queue has not taken the whole text."""
        self._is_over = True
        self.result = self._loop.run(self._stream.end())
        return self.result

    def cancel(self) -> None:
        """Ends the stream without the whole text: clients keep what they have got."""
        self._is_over = True
        self._loop.call(self._stream.cancel)

    def send(self, pieces: Iterable[str]) -> StreamResult:
        """Writes all pieces, and ends. If the source of the pieces fails, the stream is cancelled and the error raised."""
        with self:
            for piece in pieces:
                self.write(piece)
        if self.result is None:
            raise SumuError("stream_over", f"stream {self.id} was cancelled")
        return self.result

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._is_over:
            return
        if kind is None:
            self.end()
        else:
            self.cancel()
