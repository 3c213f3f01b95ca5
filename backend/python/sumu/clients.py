from __future__ import annotations

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Optional

from .settings import Settings, require_setting

# Calls of boto3 that may wait at once: the frames of a stream, and the polls of asyncio code.
_CALLS_AT_ONCE = 64

# A post that has no answer after this is given up: it would keep a thread from others.
_ANSWER_SECONDS = 2


class Clients:
    """boto3's clients: those that the caller has given, and those that are made of the session when they are needed."""

    def __init__(
        self, settings: Settings, session: Any, sqs: Any = None, dynamodb: Any = None, connections: Any = None
    ) -> None:
        self._settings = settings
        self._session = session
        self._given = {"sqs": sqs, "dynamodb": dynamodb, "apigatewaymanagementapi": connections}
        self._made: dict[str, Any] = {}
        self._process = os.getpid()
        self._pool: Optional[ThreadPoolExecutor] = None
        # Making a client is not safe in several threads.
        self._lock = threading.Lock()

    @property
    def sqs(self) -> Any:
        return self._client("sqs")

    @property
    def dynamodb(self) -> Any:
        return self._client("dynamodb")

    @property
    def connections(self) -> Any:
        return self._client("apigatewaymanagementapi")

    @property
    def pool(self) -> ThreadPoolExecutor:
        with self._lock:
            self._leave_parent()
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="sumu-call")
            return self._pool

    def _client(self, name: str) -> Any:
        if self._given[name] is not None:
            return self._given[name]
        with self._lock:
            self._leave_parent()
            if name not in self._made:
                self._made[name] = self._make(name)
            return self._made[name]

    def _leave_parent(self) -> None:
        """After a fork, threads are gone, and open connections belong to both processes."""
        if self._process != os.getpid():
            self._process, self._made, self._pool = os.getpid(), {}, None

    def _make(self, name: str) -> Any:
        import boto3
        from botocore.config import Config

        session = boto3 if self._session is None else self._session
        if name != "apigatewaymanagementapi":
            return session.client(name)
        # A stream tries again by itself, gives up after two seconds, and posts to many connections at once.
        config = Config(
            retries={"total_max_attempts": 1},
            max_pool_connections=_CALLS_AT_ONCE,
            connect_timeout=_ANSWER_SECONDS,
            read_timeout=_ANSWER_SECONDS,
        )
        # The output websocket_url as it is works, too.
        url = re.sub("^ws", "http", require_setting(self._settings, "connections_url", "stream"))
        return session.client(name, endpoint_url=url, config=config)
