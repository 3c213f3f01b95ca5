from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Union

from .errors import InvalidInputError
from .limits import DATA_BYTES, USER_ID_BYTES

_CHANNEL = re.compile(r"[A-Za-z0-9_.:=@-]{1,128}")
_NOTIFICATION_ID = re.compile(r"[!-~]{1,128}")
_DISCONNECT_REASON = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

# Epoch seconds have ten digits until the year 2286. Milliseconds have more.
_MAX_EPOCH_SECONDS = 9_999_999_999

# One name or several.
OneOrMore = Union[str, Iterable[str]]


def check_users(users: OneOrMore) -> list[str]:
    """Each user once. Raises InvalidInputError when there is none, or when one cannot be a user id."""
    return _check_user_list(users, "an empty list reaches nobody. For everyone, call notify_everyone")


def check_named_users(users: OneOrMore) -> list[str]:
    """The same for calls that cannot be for everyone."""
    return _check_user_list(users, "name at least one user")


def _check_user_list(users: OneOrMore, advice: str) -> list[str]:
    names = check_user_ids(users, "users")
    if not names:
        raise InvalidInputError("no_users", f"users is empty: {advice}")
    return names


def check_user_ids(users: OneOrMore, name: str) -> list[str]:
    """Each user once; none is fine. Raises InvalidInputError when one cannot be a user id."""
    names = _list_of(users, name)
    for index, user in enumerate(names):
        if not _is_user_id(user):
            raise InvalidInputError(
                "user_invalid",
                f"{name}[{index}] is not a user id: a user id is text of 1 to {USER_ID_BYTES} bytes",
            )
    return list(dict.fromkeys(names))


def check_channels(channels: OneOrMore) -> list[str]:
    """Each channel once. Raises InvalidInputError when there is none, or when one is no channel's name."""
    names = _list_of(channels, "channels")
    if not names:
        raise InvalidInputError("no_channels", "channels is empty: name at least one channel")
    for index, channel in enumerate(names):
        if not isinstance(channel, str) or not _CHANNEL.fullmatch(channel):
            raise InvalidInputError(
                "channel_invalid",
                f"channels[{index}] is not a channel's name: 1 to 128 letters, digits and _ . : = @ -",
            )
    return list(dict.fromkeys(names))


def check_id(given: Any) -> str:
    if isinstance(given, str) and _NOTIFICATION_ID.fullmatch(given):
        return given
    raise InvalidInputError("id_invalid", "id is not 1 to 128 visible ASCII characters")


def check_reason(reason: Any) -> str:
    if isinstance(reason, str) and _DISCONNECT_REASON.fullmatch(reason):
        return reason
    raise InvalidInputError(
        "reason_invalid",
        "reason is not 1 to 64 letters, digits and _ . : - : it is a code for programs, such as signed_out",
    )


def check_epoch_seconds(time: Any) -> int:
    if isinstance(time, int) and not isinstance(time, bool) and 1 <= time <= _MAX_EPOCH_SECONDS:
        return time
    raise InvalidInputError("time_invalid", "issued_before is not a time in whole epoch seconds, such as 1764000000")


def check_data_bytes(size: int) -> None:
    """Raises InvalidInputError when the data is too large for a client's frame."""
    if size > DATA_BYTES:
        raise InvalidInputError(
            "data_too_large",
            f"data has {size} bytes of JSON text, and at most {DATA_BYTES} fit: store it elsewhere, and send its address",
        )


def _list_of(names: OneOrMore, name: str) -> list[str]:
    if isinstance(names, str):
        return [names]
    if isinstance(names, Iterable) and not isinstance(names, (bytes, Mapping)):
        return list(names)
    raise InvalidInputError("list_invalid", f"{name} is not a text or a list of texts")


def _is_user_id(user: Any) -> bool:
    if not isinstance(user, str) or not user:
        return False
    try:
        return len(user.encode()) <= USER_ID_BYTES
    except UnicodeEncodeError:
        return False
