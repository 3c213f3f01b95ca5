"""Who is online, in memory."""

import json
import threading


class Presence:
    """Follow the events first, and then load the table. The order of arrival does not matter: the higher version
    stays, and each change is reported once."""

    def __init__(self):
        self._users, self._lock = {}, threading.Lock()

    def is_online(self, user_id):
        return self._users.get(user_id, {}).get("status") == "ONLINE"

    def apply(self, message):
        """Applies a message. Returns the change if it is new, else None: for a repeated or late message, say."""
        if message.source != "lambda.presence.watchdog":
            return None
        change = json.loads(message.body)["message"]
        return change if self._put(change) else None

    def load(self, dynamodb, table_name):
        """Applies the presence table: the state before this process started. Gives the changes, as apply does."""
        for page in dynamodb.get_paginator("scan").paginate(TableName=table_name):
            for row in page["Items"]:
                change = {
                    "user_id": row["user_id"]["S"],
                    "status": row["status"]["S"],
                    "timestamp": int(row["changed_at"]["N"]),
                    "version": int(row["version"]["N"]),
                }
                if self._put(change):
                    yield change

    def _put(self, change):
        """SQS and SNS deliver at least once and in any order, so only a version above the known version counts."""
        with self._lock:
            known = self._users.get(change["user_id"])
            if known is not None and known["version"] >= change["version"]:
                return False
            # OFFLINE stays too: without its version, a late ONLINE would look new.
            self._users[change["user_id"]] = change
            return True
