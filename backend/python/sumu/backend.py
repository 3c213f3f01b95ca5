from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Callable, Optional

from .batch import Batch, RequestBuilder
from .check import OneOrMore, check_user_ids
from .clients import Clients
from .handling import Done, Handler, OnError
from .message import PresenceChange
from .presence import presence_pages, read_is_online
from .receive_messages import receive_messages
from .requests import SumuRequest
from .send_requests import send_requests
from .settings import Settings, require_setting, settings_from_environment, settings_from_outputs
from .stream import LoopThread, Stream
from .streaming import make_stream


class SumuBackend:
    """A backend's view of a SUMU, over boto3. Clients that you give stay yours; others are made of the session when they
    are needed. All methods may be called from several threads."""

    def __init__(
        self,
        settings: Settings,
        *,
        session: Any = None,
        sqs: Any = None,
        dynamodb: Any = None,
        connections: Any = None,
        builder: Optional[RequestBuilder] = None,
        sleep: Callable[[float], None] = time.sleep,
        rand: Callable[[], float] = random.random,
    ) -> None:
        """`connections` is a client of apigatewaymanagementapi. `builder`, `sleep` and `rand` are for tests."""
        self._settings = settings
        self._clients = Clients(settings, session, sqs, dynamodb, connections)
        self._builder = builder or RequestBuilder()
        self._sleep = sleep
        self._rand = rand
        self._loop: Optional[LoopThread] = None

    @classmethod
    def from_outputs(cls, outputs: Any, **clients: Any) -> SumuBackend:
        """The SUMU of `terraform output -json`, as text or parsed. Raises ConfigurationError when no SUMU is in it."""
        return cls(settings_from_outputs(outputs), **clients)

    @classmethod
    def from_environment(cls, environment: Optional[Mapping[str, str]] = None, **clients: Any) -> SumuBackend:
        """The SUMU of the environment variables NOTIFICATIONS_QUEUE_URL, MESSAGES_QUEUE_URL, PRESENCE_TABLE_NAME,
        CONNECTIONS_TABLE_NAME and CONNECTIONS_URL. Set those that your backend needs. Raises ConfigurationError when none
        is set."""
        return cls(settings_from_environment(os.environ if environment is None else environment), **clients)

    def notify(
        self,
        users: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> str:
        """Notifies users on all their devices, and returns the notification's id.

        A long list of users is split into several requests. `data` is any JSON, at most 127.5 KB. Clients of protocol 2
        get the `id`; the same id in a second call means the same notification. Without `id` it is a new UUID. With
        `keep=False` the notification does not go into history.

        Raises InvalidInputError, and nothing is sent: no user, or a value that SUMU would refuse. Raises UnsentError with
        what the queue has not taken."""
        return self._send_notification(
            self._builder.notify(users, data, id=id, keep=keep, except_users=except_users)
        )

    def notify_channel(
        self,
        channels: OneOrMore,
        data: Any,
        *,
        id: Optional[str] = None,
        keep: bool = True,
        except_users: Optional[OneOrMore] = None,
    ) -> str:
        """Notifies the subscribers of channels: see `notify`. Needs the input `channels`."""
        return self._send_notification(
            self._builder.notify_channel(channels, data, id=id, keep=keep, except_users=except_users)
        )

    def notify_everyone(
        self, data: Any, *, id: Optional[str] = None, keep: bool = True, except_users: Optional[OneOrMore] = None
    ) -> str:
        """Notifies every open connection: see `notify`."""
        return self._send_notification(
            self._builder.notify_everyone(data, id=id, keep=keep, except_users=except_users)
        )

    def disconnect(self, users: OneOrMore, *, reason: Optional[str] = None) -> None:
        """Closes the connections of users. Clients of protocol 2 get the reason. To keep the users out, call `revoke`."""
        self.send(self._builder.disconnect(users, reason=reason))

    def revoke(self, users: OneOrMore, *, issued_before: Optional[int] = None) -> None:
        """Makes SUMU refuse tokens of users that were issued before that time (epoch seconds; now, if not given), and
        closes their connections. Needs the input `revocations`."""
        self.send(self._builder.revoke(users, issued_before=issued_before))

    def batch(self) -> Batch:
        """Collects requests that are sent together, ten in a call."""
        return Batch(self._builder, self.send)

    def send(self, requests: Sequence[SumuRequest]) -> None:
        """Sends requests, for example those of an UnsentError again. Raises UnsentError with what the queue has not
        taken."""
        queue_url = require_setting(self._settings, "notifications_queue_url", "sending")
        if requests:
            send_requests(self._clients.sqs, queue_url, requests, sleep=self._sleep, rand=self._rand)

    def is_online(self, user: str) -> bool:
        """Whether a user has an open connection."""
        table_name = require_setting(self._settings, "presence_table_name", "is_online")
        (user_id,) = check_user_ids([user], "user")
        return read_is_online(self._clients.dynamodb, table_name, user_id)

    def presence(self, *, include_offline: bool = False) -> Iterator[PresenceChange]:
        """Everyone who is online; with `include_offline`, everyone who was ever connected. It reads the whole presence
        table, page by page."""
        table_name = require_setting(self._settings, "presence_table_name", "presence")
        pages = presence_pages(self._clients.dynamodb, table_name, include_offline)
        return (state for page in pages for state in page)

    def messages(
        self,
        handler: Handler,
        *,
        stop: Optional[threading.Event] = None,
        queue_url: Optional[str] = None,
        done: Optional[Done] = None,
        on_error: Optional[OnError] = None,
        retry_after_seconds: int = 30,
        pollers: int = 1,
    ) -> None:
        """Receives the clients' messages, and changes of presence, until `stop` is set. The handler is called in several
        threads. A handled message is deleted. If the handler raises, the message comes again after `retry_after_seconds`,
        and after five receives it goes to the dead-letter queue. A repeat is not handled again by this process. In a
        Lambda function, use `messages_handler`."""
        receive_messages(
            self._clients.sqs,
            queue_url or require_setting(self._settings, "messages_queue_url", "messages"),
            handler,
            stop=stop or threading.Event(),
            done=done,
            on_error=on_error,
            retry_after_seconds=retry_after_seconds,
            pollers=pollers,
            rand=self._rand,
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
    ) -> Stream:
        """Begins a text that is produced piece by piece, for the connections that the users have now. The whole text goes
        through the queue at the end.

            with sumu.stream("alice", id="answer-17") as stream:
                for piece in pieces:
                    stream.write(piece)
        """

        async def notify(*args: Any, **options: Any) -> str:
            call = partial(self.notify, *args, **options)
            return await asyncio.get_running_loop().run_in_executor(self._clients.pool, call)

        make = make_stream(
            self._settings,
            self._clients,
            users,
            notify,
            id=self._builder.new_id() if id is None else id,
            data=data,
            frame_milliseconds=frame_milliseconds,
            keep=keep,
            on_error=on_error,
        )
        if self._loop is None or not self._loop.is_here:
            self._loop = LoopThread()
        return Stream(self._loop, make)

    def _send_notification(self, requests: Sequence[SumuRequest]) -> str:
        self.send(requests)
        return requests[0].name
