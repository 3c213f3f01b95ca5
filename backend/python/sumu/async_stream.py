from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterable, Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Protocol, Union

from .check import check_data_bytes
from .errors import InvalidInputError, SumuError
from .failure import failure_of
from .handling import OnError, careful
from .json_text import byte_length, json_text
from .read_connections import StreamConnection
from .stream_receiver import StreamedText, StreamReceiver

_MIN_FRAME_SECONDS, _MAX_FRAME_SECONDS = 0.05, 0.1

# How long the end waits for clients that have not taken all frames.
_END_PATIENCE_SECONDS = 1

# The id of a piece is the stream's id and a number, and an id has 128 characters.
_STREAM_ID = re.compile("[!-~]{1,100}")

_RESERVED = ("stream", "index", "text", "end")


@dataclass(frozen=True)
class StreamOptions:
    id: str
    # Members that the data of each frame has too.
    data: Mapping[str, Any] = field(default_factory=dict)
    # How long pieces are joined into a frame.
    frame_seconds: float = 0.05


@dataclass(frozen=True)
class StreamResult:
    """What became of a stream. The queue has the whole text, for every connection of the users."""

    id: str
    # Connections that took every frame.
    streamed: int
    # Connections that closed meanwhile.
    gone: int
    # Connections that get the rest with the whole text only, by the reason: `slow`, or AWS's code.
    skipped: dict[str, int]


class StreamPorts(Protocol):
    """What a stream needs of its surroundings."""

    async def connections(self) -> list[StreamConnection]:
        """The users' connections."""

    async def post(self, connection_id: str, frame: str) -> Any:
        """Raises when @connections refuses."""

    async def notify(self, data: Any) -> Any:
        """Sends the whole text through the queue."""


class AsyncStream:
    """A text that is produced piece by piece, for example an answer of a language model. Pieces are joined into frames of
    50 to 100 ms and posted in order, straight to the connections that the users have at the beginning. At the end, the
    whole text goes through the queue to every connection of the users, and into history. Make it in a running event
    loop."""

    def __init__(
        self,
        options: StreamOptions,
        ports: StreamPorts,
        on_error: Optional[OnError],
        rand: Callable[[], float] = random.random,
    ) -> None:
        _check(options)
        self.id = options.id
        self._data = dict(options.data)
        self._frame_seconds = options.frame_seconds
        self._ports = ports
        self._on_error = careful(on_error)
        self._rand = rand
        self._source = StreamedText()
        self._size = byte_length(json_text(self._whole()))
        check_data_bytes(self._size)
        self._receivers: list[StreamReceiver] = []
        self._is_closed = False
        self._loop = asyncio.get_running_loop()
        self._next_frame: Optional[asyncio.TimerHandle] = None
        self._running = asyncio.ensure_future(self._run())

    def write(self, piece: str) -> None:
        """Adds a piece. It does not wait: the piece goes out with the next frame. Raises InvalidInputError when the whole
        text would be too large for a client's frame."""
        if not isinstance(piece, str):
            raise InvalidInputError("piece_invalid", "a piece of a stream is a text")
        self._require_open()
        size = self._size + byte_length(json_text(piece)) - 2
        check_data_bytes(size)
        self._size = size
        self._source.text += piece
        if piece and self._next_frame is None:
            self._next_frame = self._loop.call_later(self._frame_seconds, self._end_frame)

    async def end(self) -> StreamResult:
        """Posts the last frame, waits a second at most for clients that are behind, and sends the whole text through the
        queue. Raises UnsentError when the queue has not taken the whole text."""
        self.cancel()
        await asyncio.wait({self._running}, timeout=_END_PATIENCE_SECONDS)
        self._is_closed = True
        for receiver in self._receivers:
            receiver.stop()
        # Receivers whose post is not answered would wait for it.
        self._running.cancel()
        await self._ports.notify(self._whole())
        return self._result()

    def cancel(self) -> None:
        """Ends the stream without the whole text: clients keep what they have got."""
        self._require_open()
        self._source.is_over = True
        self._end_frame()

    async def send(self, pieces: Union[Iterable[str], AsyncIterable[str]]) -> StreamResult:
        """Writes all pieces, and ends. If the source of the pieces fails, the stream is cancelled and the error raised."""
        try:
            if isinstance(pieces, AsyncIterable):
                async for piece in pieces:
                    self.write(piece)
            else:
                for piece in pieces:
                    self.write(piece)
        except BaseException:
            if not self._source.is_over:
                self.cancel()
            raise
        return await self.end()

    def _require_open(self) -> None:
        if self._source.is_over:
            raise SumuError("stream_over", f"stream {self.id} is over: begin another")

    def _end_frame(self) -> None:
        if self._next_frame is not None:
            self._next_frame.cancel()
            self._next_frame = None
        self._source.end = len(self._source.text)
        for receiver in self._receivers:
            receiver.wake()

    async def _run(self) -> None:
        try:
            connections = await self._ports.connections()
        except Exception as error:
            code, _ = failure_of(error)
            self._on_error(
                SumuError("connections_unread", f"stream {self.id}: the connections could not be read: {code}"), None
            )
            return
        # The whole text is on its way: a piece now would come after it.
        if self._is_closed:
            return
        self._receivers += [
            StreamReceiver(one, self._source, self._frame, self._ports.post, self._rand) for one in connections
        ]
        await asyncio.gather(*(receiver.run() for receiver in self._receivers))

    def _frame(self, connection: StreamConnection, index: int, text: str) -> str:
        data = json_text({**self._data, "stream": self.id, "index": index, "text": text})
        if not connection.has_envelopes:
            return data
        return f'{{"type":"notification","id":{json_text(f"{self.id}.{index}")},"data":{data}}}'

    def _whole(self) -> dict[str, Any]:
        return {**self._data, "stream": self.id, "text": self._source.text, "end": True}

    def _result(self) -> StreamResult:
        outcomes = Counter(receiver.outcome for receiver in self._receivers)
        skipped = Counter(receiver.code for receiver in self._receivers if receiver.outcome == "skipped")
        for code in skipped:
            if re.search("accessdenied|forbidden|notauthorized", code, re.IGNORECASE):
                message = (
                    f"stream {self.id}: @connections refused the frames: {code}. "
                    "The role needs the right of sumu.grantStream"
                )
                self._on_error(SumuError("stream_refused", message), None)
        return StreamResult(self.id, outcomes["streamed"], outcomes["gone"], dict(skipped))


def _check(options: StreamOptions) -> None:
    if not isinstance(options.id, str) or not _STREAM_ID.fullmatch(options.id):
        raise InvalidInputError("id_invalid", "id is not 1 to 100 visible ASCII characters")
    if not _MIN_FRAME_SECONDS <= options.frame_seconds <= _MAX_FRAME_SECONDS:
        raise InvalidInputError("frame_invalid", "frame_milliseconds is not 50 to 100")
    for name in _RESERVED:
        if name in options.data:
            raise InvalidInputError(
                "data_reserved", f"data has the member {name}, which the stream itself sets: rename it"
            )
