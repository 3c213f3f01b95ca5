from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Optional

from .message import Message, PresenceChange


def read_is_online(dynamodb: Any, table_name: str, user_id: str) -> bool:
    """Whether a user has an open connection. A user who was never connected is offline."""
    answer = dynamodb.get_item(TableName=table_name, Key={"user_id": {"S": user_id}}, ConsistentRead=True)
    return bool(answer.get("Item", {}).get("status", {}).get("S") == "ONLINE")


def presence_pages(dynamodb: Any, table_name: str, include_offline: bool) -> Iterator[list[PresenceChange]]:
    """The rows of the presence table, page by page."""
    request: dict[str, Any] = {"TableName": table_name}
    if not include_offline:
        request["FilterExpression"] = "#s = :online"
        request["ExpressionAttributeNames"] = {"#s": "status"}
        request["ExpressionAttributeValues"] = {":online": {"S": "ONLINE"}}
    while True:
        page = dynamodb.scan(**request)
        yield [_state(item) for item in page.get("Items", [])]
        after = page.get("LastEvaluatedKey")
        if not after:
            return
        request = {**request, "ExclusiveStartKey": after}


def _state(item: Any) -> PresenceChange:
    return PresenceChange(
        item["user_id"]["S"], item["status"]["S"], int(item["changed_at"]["N"]), int(item["version"]["N"])
    )


class PresenceView:
    """Who is online, in memory. Follow the messages first, and then load the table
    (`sumu.presence(include_offline=True)`): the order of arrival does not matter. The higher version stays, and each
    change is reported once."""

    def __init__(self) -> None:
        self._users: dict[str, PresenceChange] = {}
        self._lock = threading.Lock()

    def is_online(self, user_id: str) -> bool:
        with self._lock:
            known = self._users.get(user_id)
        return known is not None and known.status == "ONLINE"

    def apply(self, message: Message) -> Optional[PresenceChange]:
        """The change if it is new; None for a repeat, a late message or anything else."""
        change = message.presence
        return None if change is None else self.load(change)

    def load(self, state: PresenceChange) -> Optional[PresenceChange]:
        """The state if it is new."""
        with self._lock:
            known = self._users.get(state.user_id)
            if known is not None and known.version >= state.version:
                return None
            # OFFLINE stays too: without its version, a late ONLINE would look new.
            self._users[state.user_id] = state
            return state
