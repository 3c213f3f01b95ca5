from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class StreamConnection:
    """An open connection of a user."""

    connection_id: str
    # Whether the client has asked for protocol 2: its frames have an envelope.
    has_envelopes: bool


def read_connections(
    dynamodb: Any, table_name: str, users: Iterable[str], now_seconds: float
) -> list[StreamConnection]:
    """The open connections of users, strongly consistent."""
    found = []
    for user in users:
        request: dict[str, Any] = {
            "TableName": table_name,
            "KeyConditionExpression": "user_id = :user",
            "ExpressionAttributeValues": {":user": {"S": user}},
            "ConsistentRead": True,
        }
        while True:
            page = dynamodb.query(**request)
            for row in page.get("Items", []):
                if not _is_over(row, now_seconds):
                    has_envelopes = row.get("protocol", {}).get("N") == "2"
                    found.append(StreamConnection(row["connection_id"]["S"], has_envelopes))
            after = page.get("LastEvaluatedKey")
            if not after:
                break
            request = {**request, "ExclusiveStartKey": after}
    return found


def _is_over(row: Any, now_seconds: float) -> bool:
    delete_at = row.get("delete_at", {}).get("N")
    return delete_at is not None and float(delete_at) <= now_seconds
