"""backend/behaviours.json, and clients of AWS that answer by its scripts."""

import json
import os
import re
import threading

from botocore.exceptions import ClientError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
with open(os.path.join(ROOT, "backend", "behaviours.json"), encoding="utf-8") as file:
    BEHAVIOURS = json.load(file)


def snake(name):
    return re.sub("(?<!^)([A-Z])", lambda found: "_" + found.group().lower(), name).lower()


def in_python(message):
    return re.sub(r"\{(\w+)\}", lambda found: snake(found.group(1)), message)


def invoke(target, method, given):
    """A call by its method and its input, with the options by name."""
    given = dict(given)
    first = [given.pop(name) for name in ("users", "channels", "user") if name in given]
    if method.startswith("notify"):
        first.append(given.pop("data"))
    options = {"except_users" if name == "except" else snake(name): value for name, value in given.items()}
    return getattr(target, snake(method))(*first, **options)


def change_of(change):
    if change is None:
        return None
    return {
        "userId": change.user_id,
        "status": change.status,
        "timestamp": change.timestamp,
        "version": change.version,
    }


def message_of(message):
    return {
        "id": message.id,
        "body": message.body,
        "userId": message.user_id,
        "timestamp": message.timestamp,
        "source": message.source,
        "presence": change_of(message.presence),
    }


def _attributes(source):
    return {
        "user_id": {"DataType": "String", "StringValue": "alice"},
        "timestamp": {"DataType": "Number", "StringValue": "1764000000999"},
        "source": {"DataType": "String", "StringValue": source},
    }


def _received(message_id, body, source):
    return {
        "MessageId": message_id,
        "ReceiptHandle": f"receipt-{message_id}",
        "Body": body,
        "MessageAttributes": _attributes(source),
    }


def _foreign(message_id, body):
    message = _received(message_id, body, "")
    return {**message, "MessageAttributes": {"timestamp": {"DataType": "String", "StringValue": "yesterday"}}}


def _record(message_id, body):
    attributes = {
        name: {"dataType": one["DataType"], "stringValue": one["StringValue"]}
        for name, one in _attributes("apigw.route.send").items()
    }
    return {"messageId": message_id, "body": body, "messageAttributes": attributes}


def _sns(message_id, body):
    attributes = {
        name: {"Type": "String", "Value": one["StringValue"]}
        for name, one in _attributes("apigw.route.publish").items()
    }
    sns = {"MessageId": message_id, "Message": body, "MessageAttributes": attributes}
    return {"EventSource": "aws:sns", "Sns": sns}


def _cycle(_):
    cycle = []
    cycle.append(cycle)
    return cycle


def _notifications(count, data=lambda index: index):
    return [["notifyEveryone", {"data": data(index), "id": f"n-{index}"}] for index in range(count)]


# What the list abbreviates: values that are long, or that JSON does not have.
_MAKE = {
    "$repeat": lambda given: given[0] * given[1],
    "$names": lambda given: [f"{given[0]}{index}" for index in range(given[1])],
    "$longNames": lambda given: [str(index).rjust(given[0], "u") for index in range(given[1])],
    "$number": float,
    "$function": lambda _: lambda: None,
    "$cycle": _cycle,
    "$notifications": _notifications,
    "$largeNotifications": lambda given: _notifications(given[0], lambda _: "x" * given[1]),
    "$sent": lambda given: _received(*given, "apigw.route.send"),
    "$foreign": lambda given: _foreign(*given),
    "$presence": lambda given: _received(*given, "lambda.presence.watchdog"),
    "$record": lambda given: _record(*given),
    "$sns": lambda given: _sns(*given),
}


def expand(value):
    """The value with its abbreviations made."""
    if isinstance(value, list):
        return [expand(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(name, given)] = value.items()
        if name in _MAKE:
            return _MAKE[name](given)
    return {name: expand(one) for name, one in value.items()}


def aws_error(code, status):
    answer = {"Error": {"Code": code, "Message": "said so"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "operation")


class ScriptedClient:
    """A client of AWS that answers by a script, and then with success. It has noted each call."""

    def __init__(self, answers, on_last=lambda: None):
        self.calls = []
        self._answers = {operation: list(given) for operation, given in answers.items()}
        self._on_last = on_last
        self._lock = threading.Lock()

    def __getattr__(self, name):
        operation = "".join(word.capitalize() for word in name.split("_"))
        return lambda **given: self._call(operation, given)

    def _call(self, operation, given):
        with self._lock:
            self.calls.append([operation, given])
            left = self._answers.get(operation, [])
            answer = left.pop(0) if left else {}
            is_last = not left
        if operation == "ReceiveMessage" and is_last:
            self._on_last()
        if answer.get("network"):
            raise OSError("socket hang up")
        if "error" in answer:
            raise aws_error(*answer["error"])
        if operation == "SendMessageBatch":
            return _batch_answer(given["Entries"], answer)
        return expand(answer)


def _batch_answer(entries, answer):
    fault, omit = answer.get("fault", {}), answer.get("omit", [])
    failed = {**answer.get("refuse", {}), **fault}
    return {
        "Successful": [{"Id": one["Id"]} for one in entries if one["Id"] not in failed and one["Id"] not in omit],
        "Failed": [{"Id": name, "Code": code, "SenderFault": name in fault} for name, code in failed.items()],
    }
