from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Callable

from .backoff import backoff_seconds
from .errors import SumuError
from .failure import failure_of
from .json_text import byte_length
from .limits import BATCH_BYTES, BATCH_ENTRIES
from .requests import SumuRequest

_TRIES = 5
_MAX_WAIT_SECONDS = 5

# Calls in flight: a large batch takes seconds and not minutes.
_CALLS_AT_ONCE = 8

# How many names the message of an error has.
_NAMES_SHOWN = 5


@dataclass(frozen=True)
class UnsentRequest:
    """A request that the queue has not taken."""

    request: SumuRequest
    # AWS's code for the last try, or the error's name.
    code: str


class UnsentError(SumuError):
    """The queue has not taken these requests. It has taken all others. `sumu.send` takes the requests again."""

    def __init__(self, unsent: Sequence[UnsentRequest], sent: int) -> None:
        names = ", ".join(f"{one.request.name} ({one.code})" for one in unsent[:_NAMES_SHOWN])
        more = f" and {len(unsent) - _NAMES_SHOWN} more" if len(unsent) > _NAMES_SHOWN else ""
        super().__init__("unsent", f"{len(unsent)} of {len(unsent) + sent} requests were not sent: {names}{more}")
        self.unsent = list(unsent)
        # How many requests the queue has taken.
        self.sent = sent

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.unsent, self.sent)


@dataclass(frozen=True)
class _FailedTry(UnsentRequest):
    may_pass: bool


def send_requests(
    sqs: Any,
    queue_url: str,
    requests: Sequence[SumuRequest],
    *,
    sleep: Callable[[float], None] = time.sleep,
    rand: Callable[[], float] = random.random,
) -> None:
    """Sends requests to a queue. SQS may take some of a batch and refuse others, with status 200: only an entry that SQS
    names as successful counts as sent. The others are tried five times, unless a second try cannot succeed. Raises
    UnsentError with the requests that were not taken."""
    unsent: list[UnsentRequest] = []
    pending = list(requests)
    for attempt in range(1, _TRIES + 1):
        failures = _send_all(sqs, queue_url, pending)
        is_last = attempt == _TRIES
        unsent += [UnsentRequest(one.request, one.code) for one in failures if is_last or not one.may_pass]
        pending = [] if is_last else [one.request for one in failures if one.may_pass]
        if not pending:
            break
        sleep(backoff_seconds(attempt, _MAX_WAIT_SECONDS, rand))
    if unsent:
        raise UnsentError(unsent, len(requests) - len(unsent))


def _send_all(sqs: Any, queue_url: str, requests: Sequence[SumuRequest]) -> list[_FailedTry]:
    batches = list(_batches(requests))
    if len(batches) == 1:
        return _send_batch(sqs, queue_url, batches[0])
    with ThreadPoolExecutor(_CALLS_AT_ONCE) as pool:
        results = pool.map(lambda batch: _send_batch(sqs, queue_url, batch), batches)
        return [failed for failures in results for failed in failures]


def _send_batch(sqs: Any, queue_url: str, batch: Sequence[SumuRequest]) -> list[_FailedTry]:
    """The entries that SQS has not taken: all of them when the call has failed."""
    entries = [{"Id": str(index), "MessageBody": request.body} for index, request in enumerate(batch)]
    try:
        answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    except Exception as error:
        code, may_pass = failure_of(error)
        return [_FailedTry(request, code, may_pass) for request in batch]
    taken = {entry["Id"] for entry in answer.get("Successful", [])}
    refused = {entry["Id"]: entry for entry in answer.get("Failed", [])}
    failures = []
    for index, request in enumerate(batch):
        if str(index) not in taken:
            entry = refused.get(str(index), {})
            failures.append(_FailedTry(request, entry.get("Code", "NoAnswer"), not entry.get("SenderFault", False)))
    return failures


def _batches(requests: Sequence[SumuRequest]) -> Iterator[list[SumuRequest]]:
    batch: list[SumuRequest] = []
    size = 0
    for request in requests:
        length = byte_length(request.body)
        if len(batch) == BATCH_ENTRIES or (batch and size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += length
    if batch:
        yield batch
