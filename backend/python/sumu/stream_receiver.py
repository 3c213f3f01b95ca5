from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Callable

from .backoff import backoff_seconds
from .failure import failure_of
from .read_connections import StreamConnection

# A frame that a client takes longer for than this is not tried again: the client is skipped.
_PATIENCE_SECONDS = 2.0
_MAX_WAIT_SECONDS = 1

# A character has at most six bytes of JSON text, so that such a frame fits into 128 KB.
_MAX_FRAME_CHARACTERS = 20_000

# What @connections answers for a client that has gone.
_GONE = ("GoneException", "BadRequestException")


@dataclass
class StreamedText:
    """The text that a stream has so far."""

    text: str = ""
    # The end of the last frame: what comes later waits for the next frame.
    end: int = 0
    # Whether nothing more comes.
    is_over: bool = False


class StreamReceiver:
    """Posts a stream's frames to one connection, one after the other. What comes while a post is under way is joined to
    the next frame. A frame that was refused is posted again as it was: its index tells the client a repeat."""

    def __init__(
        self,
        connection: StreamConnection,
        source: StreamedText,
        frame: Callable[[StreamConnection, int, str], str],
        post: Callable[[str, str], Awaitable[Any]],
        rand: Callable[[], float] = random.random,
    ) -> None:
        # streamed, gone or skipped.
        self.outcome = "skipped"
        # Why the connection was skipped.
        self.code = "slow"
        self._connection = connection
        self._source = source
        self._frame = frame
        self._post = post
        self._rand = rand
        self._index = 0
        self._posted = 0
        self._is_stopped = False
        self._awake = asyncio.Event()

    async def run(self) -> None:
        """Returns when all is posted, or when the connection gets no more frames. Never raises."""
        source = self._source
        while not self._is_stopped:
            if self._posted < source.end:
                end = min(source.end, self._posted + _MAX_FRAME_CHARACTERS)
                if not await self._post_in_time(source.text[self._posted : end]):
                    return
                self._posted = end
                self._index += 1
            elif source.is_over:
                self.outcome = "streamed"
                return
            else:
                self._awake.clear()
                await self._awake.wait()

    def wake(self) -> None:
        """There is a new frame, or the end."""
        self._awake.set()

    def stop(self) -> None:
        """No further post begins."""
        self._is_stopped = True
        self._awake.set()

    async def _post_in_time(self, text: str) -> bool:
        """Whether the client has the frame."""
        loop = asyncio.get_running_loop()
        body = self._frame(self._connection, self._index, text)
        deadline = loop.time() + _PATIENCE_SECONDS
        attempt = 0
        while not self._is_stopped:
            attempt += 1
            posted = asyncio.ensure_future(self._post(self._connection.connection_id, body))
            # An answer that comes too late is for nobody.
            posted.add_done_callback(_ignore)
            answered, _ = await asyncio.wait({posted}, timeout=deadline - loop.time())
            error = posted.exception() if answered else None
            if answered and error is None:
                return True
            self.code = "slow" if error is None else failure_of(error)[0]
            if self.code in _GONE:
                self.outcome = "gone"
                return False
            wait = backoff_seconds(attempt, _MAX_WAIT_SECONDS, self._rand)
            if loop.time() + wait >= deadline:
                return False
            await asyncio.sleep(wait)
        return False


def _ignore(posted: asyncio.Future[Any]) -> None:
    if not posted.cancelled():
        posted.exception()
