from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, Callable, Optional

from .async_stream import AsyncStream, StreamOptions
from .check import OneOrMore, check_named_users
from .clients import Clients
from .errors import InvalidInputError
from .handling import OnError
from .read_connections import StreamConnection, read_connections
from .settings import Settings, require_setting

# A stream posts each frame to each connection: a larger audience has channels.
_MAX_USERS = 100


class _Ports:
    def __init__(
        self, clients: Clients, table_name: str, users: list[str], notify: Callable[[Any], Awaitable[Any]]
    ) -> None:
        self._clients = clients
        self._table_name = table_name
        self._users = users
        self._notify = notify

    async def connections(self) -> list[StreamConnection]:
        read = partial(read_connections, self._clients.dynamodb, self._table_name, self._users, time.time())
        return await asyncio.get_running_loop().run_in_executor(self._clients.pool, read)

    async def post(self, connection_id: str, frame: str) -> Any:
        post = partial(
            self._clients.connections.post_to_connection, ConnectionId=connection_id, Data=frame.encode()
        )
        return await asyncio.get_running_loop().run_in_executor(self._clients.pool, post)

    async def notify(self, data: Any) -> Any:
        return await self._notify(data)


def make_stream(
    settings: Settings,
    clients: Clients,
    users: OneOrMore,
    notify: Callable[..., Awaitable[Any]],
    *,
    id: str,
    data: Optional[Mapping[str, Any]],
    frame_milliseconds: float,
    keep: bool,
    on_error: Optional[OnError],
) -> Callable[[], AsyncStream]:
    """Checks the values. The function that it returns begins the stream, in a running event loop."""
    named = check_named_users(users)
    if len(named) > _MAX_USERS:
        raise InvalidInputError(
            "too_many_users",
            f"a stream is for at most {_MAX_USERS} users: send the whole text with notify or notify_channel",
        )
    table_name = require_setting(settings, "connections_table_name", "stream")
    require_setting(settings, "notifications_queue_url", "stream")
    ports = _Ports(clients, table_name, named, lambda whole: notify(named, whole, id=id, keep=keep))
    options = StreamOptions(id, data or {}, frame_milliseconds / 1_000)
    return lambda: AsyncStream(options, ports, on_error)
