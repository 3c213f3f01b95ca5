from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

from .backoff import backoff_seconds
from .errors import SumuError
from .handling import Done, HandleOnce, Handler, OnError, careful
from .message import read_message

MAX_WAIT_SECONDS = 20


def receive_request(queue_url: str) -> dict[str, Any]:
    return {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 20, "MessageAttributeNames": ["All"]}


def come_again_soon(sqs: Any, queue_url: str, raw: Any, seconds: int, on_error: OnError) -> None:
    try:
        sqs.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=raw["ReceiptHandle"], VisibilityTimeout=seconds
        )
    except Exception as error:
        on_error(error, raw["MessageId"])


def delete_messages(sqs: Any, queue_url: str, handled: Sequence[Any], on_error: OnError) -> None:
    """If a message is not deleted, it comes again, and is known then."""
    if not handled:
        return
    entries = [{"Id": str(index), "ReceiptHandle": raw["ReceiptHandle"]} for index, raw in enumerate(handled)]
    for entry in sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", []):
        error = SumuError("not_deleted", f"SQS has not deleted a handled message: {entry['Code']}")
        on_error(error, handled[int(entry["Id"])]["MessageId"])


def receive_messages(
    sqs: Any,
    queue_url: str,
    handler: Handler,
    *,
    stop: threading.Event,
    done: Optional[Done] = None,
    on_error: Optional[OnError] = None,
    retry_after_seconds: int = 30,
    pollers: int = 1,
    rand: Callable[[], float] = random.random,
) -> None:
    """Receives messages until it is stopped: ten at a time by long polling, handled in parallel. A handled message is
    deleted. A failed message comes again, and after five receives it goes to the dead-letter queue."""
    report = careful(on_error)
    once = HandleOnce(handler, done, on_error)

    def poll() -> None:
        failures = 0
        with ThreadPoolExecutor(10, thread_name_prefix="sumu-message") as pool:
            while not stop.is_set():
                try:
                    receive_some(pool)
                    failures = 0
                except Exception as error:
                    report(error, None)
                    failures += 1
                    stop.wait(backoff_seconds(failures, MAX_WAIT_SECONDS, rand))

    def receive_some(pool: ThreadPoolExecutor) -> None:
        raws = sqs.receive_message(**receive_request(queue_url)).get("Messages", [])
        is_handled = list(pool.map(once.handle, [read_message(raw) for raw in raws]))
        for raw, is_done in zip(raws, is_handled):
            if not is_done:
                come_again_soon(sqs, queue_url, raw, retry_after_seconds, report)
        delete_messages(sqs, queue_url, [raw for raw, is_done in zip(raws, is_handled) if is_done], report)

    others = [threading.Thread(target=poll, name="sumu-poller", daemon=True) for _ in range(pollers - 1)]
    for thread in others:
        thread.start()
    poll()
    for thread in others:
        thread.join()
