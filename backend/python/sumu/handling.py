from __future__ import annotations

import inspect
import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future
from typing import Any, Callable, Optional, Protocol

from .errors import ConfigurationError
from .message import Message

_LOGGER = logging.getLogger("sumu")

# Called when something has failed that is tried again: the error and, if there is one, the message's id.
OnError = Callable[[Exception, Optional[str]], None]

# Handles a message. If it raises, the message comes again.
Handler = Callable[[Message], Any]


class Done(Protocol):
    """Which messages are done. Several processes need a shared place for it: a table with a conditional put and a TTL."""

    def has(self, message_id: str) -> bool: ...

    def add(self, message_id: str) -> None: ...


class RecentlyDone:
    """For one process: the last 10,000 ids."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, message_id: str) -> bool:
        with self._lock:
            return message_id in self._ids

    def add(self, message_id: str) -> None:
        with self._lock:
            self._ids[message_id] = None
            if len(self._ids) > self._size:
                self._ids.popitem(last=False)


def log_error(error: Exception, message_id: Optional[str]) -> None:
    """Logs the error and the message's id, never the message."""
    if message_id is None:
        _LOGGER.error("a call has failed", exc_info=error)
    else:
        _LOGGER.error("message %s was not handled", message_id, exc_info=error)


def careful(on_error: Optional[OnError]) -> OnError:
    """The same, but it never raises: an error of the application's log must not end a loop."""
    if on_error is None:
        return log_error

    def report(error: Exception, message_id: Optional[str]) -> None:
        try:
            on_error(error, message_id)
        except Exception as failure:
            log_error(error, message_id)
            log_error(failure, None)

    return report


class HandleOnce:
    """Handles each message once: a repeat counts as handled without a second call."""

    def __init__(self, handler: Handler, done: Optional[Done], on_error: Optional[OnError]) -> None:
        if inspect.iscoroutinefunction(handler):
            raise _async_handler()
        self._handler = handler
        self._done = RecentlyDone() if done is None else done
        self._on_error = careful(on_error)
        # Messages that are being handled now.
        self._running: dict[str, Future[bool]] = {}
        self._lock = threading.Lock()

    def handle(self, message: Message) -> bool:
        """Whether the message is handled. Never raises."""
        own: Future[bool] = Future()
        with self._lock:
            running = self._running.setdefault(message.id, own)
        if running is not own:
            return running.result()
        is_handled = False
        try:
            is_handled = self._handle(message)
        finally:
            # Also if the handler ends the thread: a repeat would wait for ever.
            own.set_result(is_handled)
            with self._lock:
                del self._running[message.id]
        return is_handled

    def _handle(self, message: Message) -> bool:
        try:
            if self._done.has(message.id):
                return True
            result = self._handler(message)
            if inspect.iscoroutine(result):
                result.close()
                raise _async_handler()
        except Exception as error:
            self._on_error(error, message.id)
            return False
        try:
            self._done.add(message.id)
        except Exception as error:
            # The message is handled: if it came again, it would be handled twice for certain.
            self._on_error(error, message.id)
        return True


def _async_handler() -> ConfigurationError:
    """Without an event loop, a coroutine does nothing, and its message would be deleted."""
    return ConfigurationError(
        "handler_async",
        "the handler is a coroutine function: call AsyncSumuBackend.messages, or, in a Lambda function, asyncio.run in a "
        "handler without async",
    )
