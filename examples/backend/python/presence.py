"""Who is online, in memory."""

import json
import threading


class Presence:
    """Follow the events first and load the table then: whichever comes first, the higher version stays, and is told
    once."""

    def __init__(self):
        self._users, self._lock = {}, threading.Lock()

    def is_online(self, user_id):
        return self._users.get(user_id, {}).get("status") == "ONLINE"

    def apply(self, message):
        """Takes a message in. Returns the change when it is news; None for a repeat, a latecomer, anything else."""
        if message.source != "lambda.presence.watchdog":
            return None
        change = json.loads(message.body)["message"]
        return change if self._put(change) else None

    def load(self, dynamodb, table_name):
        """Takes the presence table in: the state of before this process began. Gives what is news, as apply does."""
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
        """SQS and SNS deliver at least once and in any order: what is not newer than what is known is dropped."""
        with self._lock:
            known = self._users.get(change["user_id"])
            if known is not None and known["version"] >= change["version"]:
                return False
            # OFFLINE stays too: without its version, a late ONLINE would be believed.
            self._users[change["user_id"]] = change
            return True
