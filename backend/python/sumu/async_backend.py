from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from functools import partial
from typing import Any, Callable, Optional, TypeVar

from .async_receive import receive_messages_async
from .async_stream import AsyncStream
from .backend import SumuBackend
from .batch import AsyncBatch
from .check import OneOrMore
from .handling import Done, OnError
from .message import Message, PresenceChange
from .presence import presence_pages
from .requests import SumuRequest
from .settings import Settings, require_setting, settings_from_environment, settings_from_outputs
from .streaming import make_stream

_Value = TypeVar("_Value")


class AsyncSumuBackend:
    """The same as SumuBackend, for asyncio: boto3 runs in threads of its own. A call that is cancelled may still be
    sent."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        """The options are those of SumuBackend."""
        self._sync = SumuBackend(settings, **options)
        self._settings = settings
        self._clients = self._sync._clients
        self._builder = self._sync._builder

    @classmethod
    def from_outputs(cls, outputs: Any, **clients: Any) -> AsyncSumuBackend:
        """See `SumuBackend.from_outputs`."""
        return cls(settings_from_outputs(outputs), **clients)

    @classmethod
    def from_environment(cls, environment: Optional[Mapping[str, str]] = None, **clients: Any) -> AsyncSumuBackend:
        """See `SumuBackend.from_environment`."""
        return cls(settings_from_environment(os.environ if environment is None else environment), **clients)

    async def notify(
        self,
        users: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> str:
        """See `SumuBackend.notify`."""
        return await self._call(self._sync.notify, users, data, id=id, keep=keep, except_users=except_users)

    async def notify_channel(
        self,
        channels: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> str:
        """See `SumuBackend.notify_channel`."""
        return await self._call(self._sync.notify_channel, channels, data, id=id, keep=keep, except_users=except_users)

    async def notify_everyone(
        self, data: Any, *, id: Optional[str] = None, keep: bool = True, except_users: Optional[OneOrMore] = None
    ) -> str:
        """See `SumuBackend.notify_everyone`."""
        return await self._call(self._sync.notify_everyone, data, id=id, keep=keep, except_users=except_users)

    async def disconnect(self, users: OneOrMore, *, reason: Optional[str] = None) -> None:
        """See `SumuBackend.disconnect`."""
        await self._call(self._sync.disconnect, users, reason=reason)

    async def revoke(self, users: OneOrMore, *, issued_before: Optional[int] = None) -> None:
        """See `SumuBackend.revoke`."""
        await self._call(self._sync.revoke, users, issued_before=issued_before)

    def batch(self) -> AsyncBatch:
        """See `SumuBackend.batch`."""
        return AsyncBatch(self._builder, self.send)

    async def send(self, requests: Sequence[SumuRequest]) -> None:
        """See `SumuBackend.send`."""
        await self._call(self._sync.send, requests)

    async def is_online(self, user: str) -> bool:
        """See `SumuBackend.is_online`."""
        return await self._call(self._sync.is_online, user)

    async def presence(self, *, include_offline: bool = False) -> AsyncIterator[PresenceChange]:
        """See `SumuBackend.presence`."""
        table_name = require_setting(self._settings, "presence_table_name", "presence")
        pages = presence_pages(self._clients.dynamodb, table_name, include_offline)
        while True:
            page = await self._call(next, pages, None)
            if page is None:
                return
            for state in page:
                yield state

    async def messages(
        self,
        handler: Callable[[Message], Awaitable[Any]],
        *,
        stop: Optional[asyncio.Event] = None,
        queue_url: Optional[str] = None,
        done: Optional[Done] = None,
        on_error: Optional[OnError] = None,
        retry_after_seconds: int = 30,
        pollers: int = 1,
    ) -> None:
        """See `SumuBackend.messages`. The handler is a coroutine function. End it by `stop`: if it is cancelled during a
        poll, messages that SQS is just handing out are hidden for 12 minutes."""
        await receive_messages_async(
            self._clients.sqs,
            queue_url or require_setting(self._settings, "messages_queue_url", "messages"),
            handler,
            self._call,
            stop=stop or asyncio.Event(),
            done=done,
            on_error=on_error,
            retry_after_seconds=retry_after_seconds,
            pollers=pollers,
            rand=self._sync._rand,
        )

    def stream(
        self,
        users: OneOrMore,
        *,
        id: Optional[str] = None,
        data: Optional[Mapping[str, Any]] = None,
        frame_milliseconds: float = 50,
        keep: bool = True,
        on_error: Optional[OnError] = None,
    ) -> AsyncStream:
        """Begins a text that is produced piece by piece, for the connections that the users have now: call it in a running
        event loop. The whole text goes through the queue at the end.

            await sumu.stream("alice", id="answer-17").send(pieces)
        """
        make = make_stream(
            self._settings,
            self._clients,
            users,
            self.notify,
            id=self._builder.new_id() if id is None else id,
            data=data,
            frame_milliseconds=frame_milliseconds,
            keep=keep,
            on_error=on_error,
        )
        return make()

    async def _call(self, function: Callable[..., _Value], *args: Any, **options: Any) -> _Value:
        call = partial(function, *args, **options)
        return await asyncio.get_running_loop().run_in_executor(self._clients.pool, call)
