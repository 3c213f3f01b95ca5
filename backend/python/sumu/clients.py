from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Optional

from .settings import Settings, require_setting

# Calls of boto3 that may wait at once: the frames of a stream, and the polls of asyncio code.
_CALLS_AT_ONCE = 64


class Clients:
    """boto3's clients: those that the caller has given, and those that are made of the session when they are needed."""

    def __init__(
        self, settings: Settings, session: Any, sqs: Any = None, dynamodb: Any = None, connections: Any = None
    ) -> None:
        self._settings = settings
        self._session = session
        self._given = {"sqs": sqs, "dynamodb": dynamodb, "apigatewaymanagementapi": connections}
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
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="sumu-call")
            return self._pool

    def _client(self, name: str) -> Any:
        with self._lock:
            if self._given[name] is None:
                self._given[name] = self._make(name)
            return self._given[name]

    def _make(self, name: str) -> Any:
        import boto3
        from botocore.config import Config

        session = boto3 if self._session is None else self._session
        if name != "apigatewaymanagementapi":
            return session.client(name)
        # A stream tries again by itself, and posts to many connections at once.
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=_CALLS_AT_ONCE)
        url = require_setting(self._settings, "connections_url", "stream")
        return session.client(name, endpoint_url=url, config=config)
