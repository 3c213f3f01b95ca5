from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any, Awaitable, Callable, Optional, TypeVar

from .check import OneOrMore
from .requests import (
    SumuRequest,
    channel_requests,
    disconnect_requests,
    everyone_requests,
    notify_requests,
    revoke_requests,
)
from .send_requests import UnsentError

_Self = TypeVar("_Self", bound="RequestList")


class RequestBuilder:
    """Turns calls into requests. Each value is checked by the call, before anything is sent."""

    def __init__(
        self, now: Callable[[], float] = time.time, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    ) -> None:
        self._now = now
        self.new_id = new_id

    def notify(
        self,
        users: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> list[SumuRequest]:
        return notify_requests(users, data, self._id(id), keep, except_users)

    def notify_channel(
        self,
        channels: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> list[SumuRequest]:
        return channel_requests(channels, data, self._id(id), keep, except_users)

    def notify_everyone(
        self, data: Any, *, id: Optional[str] = None, keep: bool = True, except_users: Optional[OneOrMore] = None
    ) -> list[SumuRequest]:
        return everyone_requests(data, self._id(id), keep, except_users)

    def disconnect(self, users: OneOrMore, *, reason: Optional[str] = None) -> list[SumuRequest]:
        return disconnect_requests(users, reason)

    def revoke(self, users: OneOrMore, *, issued_before: Optional[int] = None) -> list[SumuRequest]:
        return revoke_requests(users, int(self._now()) if issued_before is None else issued_before)

    def _id(self, given: Optional[str]) -> str:
        return self.new_id() if given is None else given


class RequestList:
    """Requests that wait. Each call checks its values and raises at once."""

    def __init__(self, builder: RequestBuilder) -> None:
        self._builder = builder
        self._requests: list[SumuRequest] = []

    def __len__(self) -> int:
        """How many requests wait. A long list of users is several requests."""
        return len(self._requests)

    def notify(
        self: _Self,
        users: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> _Self:
        """As `sumu.notify`."""
        return self._add(self._builder.notify(users, data, id=id, keep=keep, except_users=except_users))

    def notify_channel(
        self: _Self,
        channels: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> _Self:
        """As `sumu.notify_channel`."""
        return self._add(self._builder.notify_channel(channels, data, id=id, keep=keep, except_users=except_users))

    def notify_everyone(
        self: _Self, data: Any, *, id: Optional[str] = None, keep: bool = True, except_users: Optional[OneOrMore] = None
    ) -> _Self:
        """As `sumu.notify_everyone`."""
        return self._add(self._builder.notify_everyone(data, id=id, keep=keep, except_users=except_users))

    def disconnect(self: _Self, users: OneOrMore, *, reason: Optional[str] = None) -> _Self:
        """As `sumu.disconnect`."""
        return self._add(self._builder.disconnect(users, reason=reason))

    def revoke(self: _Self, users: OneOrMore, *, issued_before: Optional[int] = None) -> _Self:
        """As `sumu.revoke`."""
        return self._add(self._builder.revoke(users, issued_before=issued_before))

    def _add(self: _Self, requests: Sequence[SumuRequest]) -> _Self:
        self._requests += requests
        return self

    def _take(self) -> list[SumuRequest]:
        requests, self._requests = self._requests, []
        return requests

    def _put_back(self, requests: Sequence[SumuRequest], error: BaseException) -> None:
        unsent = [one.request for one in error.unsent] if isinstance(error, UnsentError) else list(requests)
        self._requests = unsent + self._requests


class Batch(RequestList):
    """Requests that are sent together: ten in a call, in parallel. Nothing is sent before `send`."""

    def __init__(self, builder: RequestBuilder, send_all: Callable[[Sequence[SumuRequest]], None]) -> None:
        super().__init__(builder)
        self._send_all = send_all

    def send(self) -> int:
        """Sends what waits, and returns how many requests the queue has taken. Afterwards only what was not sent waits, so
        that a second call tries nothing twice. Raises UnsentError with what the queue has not taken."""
        requests = self._take()
        try:
            self._send_all(requests)
        except BaseException as error:
            self._put_back(requests, error)
            raise
        return len(requests)


class AsyncBatch(RequestList):
    """The same as Batch, for asyncio."""

    def __init__(self, builder: RequestBuilder, send_all: Callable[[Sequence[SumuRequest]], Awaitable[None]]) -> None:
        super().__init__(builder)
        self._send_all = send_all

    async def send(self) -> int:
        """Sends what waits: see `Batch.send`."""
        requests = self._take()
        try:
            await self._send_all(requests)
        except BaseException as error:
            self._put_back(requests, error)
            raise
        return len(requests)
