"""Notifications for users: by the topic one at a time, by the queue ten a call."""

import json
import random
import time

from botocore.exceptions import BotoCoreError, ClientError

# With 128 KB of data and ids of 128 bytes, this many still fit into one message of 256 KiB.
USERS_PER_MESSAGE = 1_000

# SQS takes ten messages in one call.
BATCH_MESSAGES = 10
BATCH_BYTES = 256 * 1_024


class UnsentError(Exception):
    """SQS has not accepted these requests. It has accepted all others."""

    def __init__(self, unsent, codes):
        super().__init__(f"{len(unsent)} notifications were not sent: {', '.join(sorted(codes))}")
        self.unsent = unsent
        self.codes = codes


def to_users(users, data, notification_id=None):
    """Notifications for these users and nobody else. An empty list is refused, since it would reach nobody. Clients of
    protocol 2 get the id. Your own id stays the same when you send the request twice."""
    if not users:
        raise ValueError("no users: to reach everybody, call to_everybody")
    given_id = {} if notification_id is None else {"id": notification_id}
    return [
        {"notification": {"to": {"users": list(users[start : start + USERS_PER_MESSAGE])}, **given_id, "data": data}}
        for start in range(0, len(users), USERS_PER_MESSAGE)
    ]


def to_everybody(data, excluded_users=()):
    """A notification for every connection but those of the excluded users."""
    return {"notification": {"to": "everyone", "except": {"users": list(excluded_users)}, "data": data}}


def disconnect(users, reason):
    """Ends the connections of users. Clients of protocol 2 get the reason."""
    return {"disconnect": {"users": list(users), "reason": reason}}


def publish(sns, topic_arn, notification):
    """Sends by the topic. boto3 retries by itself. If it raises, the topic has not accepted the request."""
    sns.publish(TopicArn=topic_arn, Message=_text(notification))


def send(sqs, queue_url, notifications, *, tries=5, sleep=time.sleep, rand=random.random):
    """Sends by the queue. SQS may accept some of a batch and refuse others, with status 200. The refused notifications
    are sent again after a wait, up to five times, unless SQS says that the fault is the sender's. If SQS has accepted a
    notification but its answer was lost, the notification is sent twice: a standard queue promises delivery at least
    once, and no more. Raises UnsentError with the requests that were not accepted."""
    refused, codes, pending, attempt = [], set(), list(notifications), 1
    while pending:
        again = []
        for batch in _batches(pending):
            for failed in _send_batch(sqs, queue_url, batch):
                hopeless = failed["SenderFault"] or attempt == tries
                (refused if hopeless else again).append(batch[int(failed["Id"])])
                codes.add(failed["Code"])
        pending = again
        if pending:
            sleep(rand() * min(5, 0.1 * 2 ** (attempt - 1)))
        attempt += 1
    if refused:
        raise UnsentError(refused, codes)


def _send_batch(sqs, queue_url, batch):
    """The entries of a batch that were not sent: some of them, or all when the call itself has failed."""
    entries = [{"Id": str(index), "MessageBody": _text(one)} for index, one in enumerate(batch)]
    try:
        return sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
    except ClientError as error:
        fault = error.response["ResponseMetadata"]["HTTPStatusCode"] < 500
        code = error.response["Error"]["Code"]
    except BotoCoreError as error:
        fault, code = False, type(error).__name__
    return [{"Id": entry["Id"], "SenderFault": fault, "Code": code} for entry in entries]


def _batches(notifications):
    batch, size = [], 0
    for one in notifications:
        length = len(_text(one).encode())
        if len(batch) == BATCH_MESSAGES or (batch and size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        yield batch


def _text(notification):
    # NaN and Infinity are not JSON: refused here, and not by SUMU.
    return json.dumps(notification, ensure_ascii=False, allow_nan=False)
