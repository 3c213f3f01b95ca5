from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

from .errors import ConfigurationError, SumuError
from .handling import Done, HandleOnce, Handler, OnError
from .message import read_message


def messages_handler(
    handler: Handler, *, done: Optional[Done] = None, on_error: Optional[OnError] = None, workers: int = 1
) -> Callable[..., dict[str, Any]]:
    """A Lambda function's handler for messages, from the messages queue, from the messages topic, or from a queue of your
    own on the topic. It may be a decorator:

        @messages_handler
        def handler(message):
            save(message.user_id, message.json())

    The event source mapping of a queue must have ReportBatchItemFailures, as `sumu.invokeFromMessagesQueue` sets it: a
    failed message comes again alone. For an event of the topic it raises when the message failed, so that Lambda tries
    again. With `workers`, so many messages of an event are handled at once."""
    once = HandleOnce(handler, done, on_error)

    def handle(event: Any, context: Any = None) -> dict[str, Any]:
        records = event.get("Records") if isinstance(event, dict) else None
        if not isinstance(records, list) or not all("Sns" in record or "messageId" in record for record in records):
            raise ConfigurationError(
                "event_unknown",
                "this is not an event of SQS or SNS: connect the function to the messages queue or topic",
            )
        messages = [read_message(record) for record in records]
        if workers == 1:
            is_handled = [once.handle(message) for message in messages]
        else:
            with ThreadPoolExecutor(workers) as pool:
                is_handled = list(pool.map(once.handle, messages))
        failed = [message.id for message, is_done in zip(messages, is_handled) if not is_done]
        # SNS sends one record, and takes no batch response.
        if failed and any("Sns" in record for record in records):
            raise SumuError("not_handled", f"message {failed[0]} was not handled: Lambda tries it again")
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    return handle
