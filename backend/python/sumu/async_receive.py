from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Awaitable
from typing import Any, Callable, Optional

from .backoff import backoff_seconds
from .errors import SumuError
from .handling import Done, OnError, RecentlyDone, careful
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
    report = careful(on_error)
    # Messages that are being handled now.
    running: dict[str, asyncio.Future[bool]] = {}

    async def handle_new(message: Message) -> bool:
        try:
            # A store of the caller's may ask a table.
            if await call(known.has, message.id):
                return True
            result = handler(message)
            # A handler without async has handled the message now.
            if inspect.isawaitable(result):
                await result
        except Exception as error:
            report(error, message.id)
            return False
        except asyncio.CancelledError:
            # Of the handler, or of this task: in both cases the message is not handled, and the loop is not over for it.
            report(SumuError("cancelled", "the handler was cancelled"), message.id)
            return False
        try:
            await call(known.add, message.id)
        except Exception as error:
            # The message is handled: if it came again, it would be handled twice for certain.
            report(error, message.id)
        return True

    async def handle_and_forget(message: Message) -> bool:
        try:
            return await handle_new(message)
        finally:
            del running[message.id]

    def handle(message: Message) -> asyncio.Future[bool]:
        if message.id not in running:
            running[message.id] = asyncio.ensure_future(handle_and_forget(message))
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
