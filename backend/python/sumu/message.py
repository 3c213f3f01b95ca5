from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from .errors import SumuError

_SOURCES = ("apigw.route.send", "apigw.route.publish", "lambda.presence.watchdog")


@dataclass(frozen=True)
class PresenceChange:
    """A change of a user's presence."""

    user_id: str
    # ONLINE or OFFLINE.
    status: str
    # Epoch milliseconds.
    timestamp: int
    # Grows with each change of this user. If it is not higher than the last, the change is old or a repeat.
    version: int


@dataclass(frozen=True)
class Message:
    """A message of a client, or a change of presence."""

    # The same when SQS hands the message out again.
    id: str
    # A text that the client sent, or the JSON text of anything else.
    body: str = field(repr=False)
    # Who sent it: the user of the token with which the client connected.
    user_id: str
    # Epoch milliseconds.
    timestamp: int
    # Which way it came: apigw.route.send, apigw.route.publish, lambda.presence.watchdog, or unknown: SUMU did not send
    # it. Only this shows whether a message is presence: a client may send any body.
    source: str

    def json(self) -> Any:
        """The body as JSON. Raises SumuError when the client has sent a text that is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise SumuError("body_not_json", f"the body of message {self.id} is not JSON: use body") from None

    @property
    def presence(self) -> Optional[PresenceChange]:
        """The change of presence; None for any other message, whatever its body is."""
        if self.source != "lambda.presence.watchdog":
            return None
        change = self.json()["message"]
        return PresenceChange(change["user_id"], change["status"], change["timestamp"], change["version"])


def read_message(raw: Mapping[str, Any]) -> Message:
    """Reads a message as any of the ways to receive hands it over: SQS ReceiveMessage, a record of a Lambda event from a
    queue or from the topic, and a queue on the topic with raw message delivery or without."""
    if "Sns" in raw:
        sns = raw["Sns"]
        return _message(sns.get("MessageId"), sns.get("Message"), sns.get("MessageAttributes"))
    message_id = raw.get("MessageId", raw.get("messageId"))
    body = raw.get("Body", raw.get("body"))
    attributes = raw.get("MessageAttributes", raw.get("messageAttributes")) or {}
    envelope = None if "source" in attributes else _envelope_of(body or "")
    if envelope is not None:
        return _message(message_id, envelope["Message"], envelope.get("MessageAttributes"))
    return _message(message_id, body, attributes)


def _message(message_id: Optional[str], body: Optional[str], attributes: Optional[Mapping[str, Any]]) -> Message:
    def value(name: str) -> str:
        attribute = (attributes or {}).get(name) or {}
        return str(attribute.get("StringValue") or attribute.get("stringValue") or attribute.get("Value") or "")

    source, timestamp = value("source"), value("timestamp")
    return Message(
        message_id or "",
        body or "",
        value("user_id"),
        # Another sender may write anything there.
        int(timestamp) if timestamp.isdecimal() else 0,
        source if source in _SOURCES else "unknown",
    )


def _envelope_of(text: str) -> Optional[Mapping[str, Any]]:
    """What SNS puts around a message without raw message delivery. A client cannot forge it: a client's message has
    attributes of its own."""
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_envelope = value.get("Type") == "Notification" and "TopicArn" in value and isinstance(value.get("Message"), str)
    return value if is_envelope else None
