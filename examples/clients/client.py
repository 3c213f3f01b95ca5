"""A client of SUMU for Python, with the package websockets. docs/writing-a-client.md explains each rule."""

import json
import random
import time
from urllib.parse import quote

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect


def listen(url, token, on_online, on_notification, *, quiet_seconds=300, pong_seconds=10):
    """Stays connected for ever. `token` gives a fresh token. `on_online` is called for each new connection, with a function
    that sends a message. Raises InvalidStatus if two tokens in a row are refused."""
    tries = refusals = 0
    while True:
        started = time.monotonic()
        try:
            # The library's own pings do not count as messages for API Gateway.
            with connect(f"{url}?authorization={quote(token())}", ping_interval=None) as socket:
                refusals = 0
                on_online(lambda message, action="send": socket.send(json.dumps({"action": action, "message": message})))
                _receive(socket, on_notification, quiet_seconds, pong_seconds)
        except InvalidStatus as error:
            refusals = refusals + 1 if error.response.status_code in (401, 403) else 0
            if refusals == 2:
                raise
        except (ConnectionClosed, OSError):
            pass
        tries = 0 if time.monotonic() - started > 60 else tries + 1
        time.sleep(random.uniform(0, min(30, 0.5 * 2**tries)))


def _receive(socket, on_notification, quiet_seconds, pong_seconds):
    """Until the connection is old, or does not answer a ping."""
    refresh_at = time.monotonic() + random.uniform(99, 110) * 60
    is_pinged = False
    while time.monotonic() < refresh_at:
        try:
            value = json.loads(socket.recv(timeout=pong_seconds if is_pinged else quiet_seconds))
        except TimeoutError:
            if is_pinged:
                return
            socket.send('{"action":"ping"}')
            is_pinged = True
            continue
        is_pinged = False
        if not _is_answer(value):
            on_notification(value)


def _is_answer(value):
    if not isinstance(value, dict):
        return False
    return value.get("type") in ("pong", "ack", "error") or (
        "type" not in value and "connectionId" in value and "requestId" in value
    )
