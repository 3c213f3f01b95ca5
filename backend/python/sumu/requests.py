from __future__ import annotations

from typing import Any, Optional

from .check import (
    OneOrMore,
    check_channels,
    check_data_bytes,
    check_epoch_seconds,
    check_id,
    check_named_users,
    check_reason,
    check_user_ids,
    check_users,
)
from .errors import InvalidInputError
from .json_text import byte_length, json_text
from .limits import CHANNELS_PER_REQUEST, REQUEST_BYTES, USERS_PER_REQUEST


class SumuRequest:
    """A request for the notifications queue. Its body contains the payload, so it is not shown when it is logged."""

    __slots__ = ("name", "body")

    def __init__(self, name: str, body: str) -> None:
        # The notification's id, or `disconnect` or `revoke`.
        self.name = name
        # The JSON text for the queue.
        self.body = body

    def __repr__(self) -> str:
        return f"SumuRequest({self.name!r})"


def notify_requests(
    users: OneOrMore, data: Any, id: str, keep: bool = True, except_users: Optional[OneOrMore] = None
) -> list[SumuRequest]:
    """A notification for users. A long list makes several requests with the same id."""
    return _split_requests("users", check_users(users), USERS_PER_REQUEST, data, id, keep, except_users)


def channel_requests(
    channels: OneOrMore, data: Any, id: str, keep: bool = True, except_users: Optional[OneOrMore] = None
) -> list[SumuRequest]:
    """A notification for the subscribers of channels."""
    return _split_requests("channels", check_channels(channels), CHANNELS_PER_REQUEST, data, id, keep, except_users)


def everyone_requests(
    data: Any, id: str, keep: bool = True, except_users: Optional[OneOrMore] = None
) -> list[SumuRequest]:
    """A notification for every connection."""
    body = '{"notification":{"to":"everyone",' + _members(data, id, keep, except_users)
    _check_fits(body)
    return [SumuRequest(id, body)]


def disconnect_requests(users: OneOrMore, reason: Optional[str] = None) -> list[SumuRequest]:
    """Closes connections of users."""
    end = "" if reason is None else f',"reason":{json_text(check_reason(reason))}'
    bodies = _split(check_named_users(users), USERS_PER_REQUEST, '{"disconnect":{"users":[', f"]{end}}}}}")
    return [SumuRequest("disconnect", body) for body in bodies]


def revoke_requests(users: OneOrMore, issued_before: int) -> list[SumuRequest]:
    """Makes the authorizer refuse older tokens of users, and closes their connections."""
    end = f'],"issued_before":{check_epoch_seconds(issued_before)}}}}}'
    bodies = _split(check_named_users(users), USERS_PER_REQUEST, '{"revoke":{"users":[', end)
    return [SumuRequest("revoke", body) for body in bodies]


def _split_requests(
    kind: str, names: list[str], count: int, data: Any, id: str, keep: bool, except_users: Optional[OneOrMore]
) -> list[SumuRequest]:
    end = "]}," + _members(data, id, keep, except_users)
    return [SumuRequest(id, body) for body in _split(names, count, f'{{"notification":{{"to":{{"{kind}":[', end)]


def _members(data: Any, id: str, keep: bool, except_users: Optional[OneOrMore]) -> str:
    """What follows `to`, with the closing braces."""
    text = json_text(data)
    check_data_bytes(byte_length(text))
    excluded = [] if except_users is None else check_user_ids(except_users, "except")
    if not isinstance(keep, bool):
        raise InvalidInputError("keep_invalid", "keep is not true or false")
    return "".join(
        [
            f'"except":{{"users":{json_text(excluded)}}},' if excluded else "",
            f'"id":{json_text(check_id(id))},',
            "" if keep else '"keep":false,',
            f'"data":{text}}}}}',
        ]
    )


def _split(names: list[str], count: int, start: str, end: str) -> list[str]:
    """Bodies with at most `count` names, none larger than a message of the queue."""
    room = REQUEST_BYTES - byte_length(start) - byte_length(end)
    bodies: list[str] = []
    texts: list[str] = []
    size = 0
    for name in names:
        text = json_text(name)
        length = byte_length(text) + 1
        if len(texts) == count or (texts and size + length > room):
            bodies.append(start + ",".join(texts) + end)
            texts, size = [], 0
        texts.append(text)
        size += length
    bodies.append(start + ",".join(texts) + end)
    for body in bodies:
        _check_fits(body)
    return bodies


def _check_fits(body: str) -> None:
    size = byte_length(body)
    if size > REQUEST_BYTES:
        raise InvalidInputError(
            "request_too_large",
            f"the request has {size} bytes, and at most {REQUEST_BYTES} fit: shorten except, which cannot be split",
        )
