"""Messages of clients, and presence events, off a queue."""

import random
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    id: str  # The same when SQS hands the message out again.
    body: str
    user_id: str
    timestamp: int  # Epoch milliseconds.
    source: str  # apigw.route.send, apigw.route.publish or lambda.presence.watchdog


class RecentlyDone:
    """Which messages are done: the last 10,000 ids, for one process. Several processes need a shared place instead: a
    table with a conditional put and a TTL."""

    def __init__(self, size=10_000):
        self._size, self._ids, self._lock = size, OrderedDict(), threading.Lock()

    def has(self, message_id):
        with self._lock:
            return message_id in self._ids

    def add(self, message_id):
        with self._lock:
            self._ids[message_id] = True
            if len(self._ids) > self._size:
                self._ids.popitem(last=False)


def receive(
    sqs, queue_url, handle, *, stop, done=None, on_error=lambda error, message_id=None: None, retry_after_seconds=30
):
    """Receives messages from a queue until the event `stop` is set: ten at a time by long polling, and handled in
    parallel. A message is deleted when `handle` is done with it. If `handle` raises, the message arrives again after 30
    seconds, and moves to the dead-letter queue after five receives.

    SQS delivers at least once: `handle` is not called for a message that `done` knows. If the process dies after it has
    handled a message and before it has recorded it, `handle` is called twice. If this matters, do both in one
    transaction."""
    done = RecentlyDone() if done is None else done

    def handle_one(raw):
        message_id = raw["MessageId"]
        try:
            if not done.has(message_id):
                handle(_read(raw))
                done.add(message_id)
            return True
        except Exception as error:
            on_error(error, message_id)
        try:
            sqs.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=raw["ReceiptHandle"], VisibilityTimeout=retry_after_seconds
            )
        except Exception as error:
            on_error(error, message_id)
        return False

    failures = 0
    with ThreadPoolExecutor(max_workers=10) as pool:
        while not stop.is_set():
            try:
                raws = sqs.receive_message(
                    QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20, MessageAttributeNames=["All"]
                ).get("Messages", [])
                handled = [raw for raw, is_handled in zip(raws, pool.map(handle_one, raws)) if is_handled]
                # If a message is not deleted, it arrives again, and `done` knows it then.
                if handled:
                    _delete(sqs, queue_url, handled, on_error)
                failures = 0
            except Exception as error:
                on_error(error)
                stop.wait(random.random() * min(20, 0.1 * 2**failures))
                failures += 1


def _delete(sqs, queue_url, raws, on_error):
    entries = [{"Id": str(index), "ReceiptHandle": raw["ReceiptHandle"]} for index, raw in enumerate(raws)]
    for failed in sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", []):
        on_error(RuntimeError(f"not deleted: {failed['Code']}"), raws[int(failed["Id"])]["MessageId"])


def _read(raw):
    attributes = {name: value["StringValue"] for name, value in raw.get("MessageAttributes", {}).items()}
    return Message(
        id=raw["MessageId"],
        body=raw["Body"],
        user_id=attributes.get("user_id", ""),
        timestamp=int(attributes.get("timestamp", 0)),
        source=attributes.get("source", ""),
    )
