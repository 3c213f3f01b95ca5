from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from typing import Any, Callable, Optional

from .backoff import backoff_seconds
from .handling import Done, OnError, RecentlyDone, log_error
from .message import Message, read_message
from .receive_messages import MAX_WAIT_SECONDS, come_again_soon, delete_messages, receive_request


async def receive_messages_async(
    sqs: Any,
    queue_url: str,
    handler: Callable[[Message], Awaitable[Any]],
    call: Callable[..., Awaitable[Any]],
    *,
    stop: asyncio.Event,
    done: Optional[Done] = None,
    on_error: Optional[OnError] = None,
    retry_after_seconds: int = 30,
    pollers: int = 1,
    rand: Callable[[], float] = random.random,
) -> None:
    """Receives messages until it is stopped. `call` runs a function of boto3 in a thread."""
    known = RecentlyDone() if done is None else done
    report = log_error if on_error is None else on_error
    # Messages that are being handled now.
    running: dict[str, asyncio.Future[bool]] = {}

    async def handle_new(message: Message) -> bool:
        try:
            # A store of the caller's may ask a table.
            if not await call(known.has, message.id):
                await handler(message)
                await call(known.add, message.id)
            return True
        except Exception as error:
            report(error, message.id)
            return False
        finally:
            del running[message.id]

    def handle(message: Message) -> asyncio.Future[bool]:
        if message.id not in running:
            running[message.id] = asyncio.ensure_future(handle_new(message))
        return running[message.id]

    async def receive_some() -> None:
        raws = (await call(sqs.receive_message, **receive_request(queue_url))).get("Messages", [])
        is_handled = await asyncio.gather(*(handle(read_message(raw)) for raw in raws))
        for raw, is_done in zip(raws, is_handled):
            if not is_done:
                await call(come_again_soon, sqs, queue_url, raw, retry_after_seconds, report)
        handled = [raw for raw, is_done in zip(raws, is_handled) if is_done]
        await call(delete_messages, sqs, queue_url, handled, report)

    async def poll() -> None:
        failures = 0
        while not stop.is_set():
            try:
                await receive_some()
                failures = 0
            except Exception as error:
                report(error, None)
                failures += 1
                wait = backoff_seconds(failures, MAX_WAIT_SECONDS, rand)
                try:
                    await asyncio.wait_for(stop.wait(), wait)
                except asyncio.TimeoutError:
                    pass

    await asyncio.gather(*(poll() for _ in range(pollers)))
