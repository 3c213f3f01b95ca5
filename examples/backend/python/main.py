"""usage: main.py send|publish <user,user|all> <JSON>
       main.py disconnect <user,user> <reason>
       main.py receive <queue URL>
       main.py subscribe <queue name> <source>...
       main.py presence <queue URL>"""

import json
import os
import signal
import sys
import threading

import boto3

from notify import disconnect, publish, send, to_everybody, to_users
from presence import Presence
from receive import receive
from subscribe import subscribe


def variable(name):
    """The stack's outputs, and AWS's own variables (region, credentials, AWS_ENDPOINT_URL), are in the environment."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set: it is an output of the SUMU stack")
    return value


def show(value):
    print(json.dumps(value, ensure_ascii=False), flush=True)


def on_error(error, message_id=None):
    print(json.dumps({"messageId": message_id, "error": type(error).__name__}), file=sys.stderr, flush=True)


def main(command="", *args):
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    if command in ("send", "publish") and len(args) == 2:
        data = json.loads(args[1])
        notifications = [to_everybody(data)] if args[0] == "all" else to_users(args[0].split(","), data)
        if command == "send":
            send(sqs, variable("NOTIFICATIONS_QUEUE_URL"), notifications)
        else:
            for one in notifications:
                publish(sns, variable("NOTIFICATIONS_TOPIC_ARN"), one)
    elif command == "disconnect" and len(args) == 2:
        publish(sns, variable("NOTIFICATIONS_TOPIC_ARN"), disconnect(args[0].split(","), args[1]))
    elif command == "receive" and len(args) == 1:
        handle = lambda one: show({"userId": one.user_id, "source": one.source, "body": one.body})
        receive(sqs, args[0], handle, stop=stop, on_error=on_error)
    elif command == "subscribe" and len(args) > 1:
        show({"queueUrl": subscribe(sns, sqs, variable("MESSAGES_TOPIC_ARN"), args[0], args[1:])})
    elif command == "presence" and len(args) == 1:
        presence = Presence()

        def follow(message):
            change = presence.apply(message)
            if change is not None:
                show(change)

        following = threading.Thread(
            target=receive, args=(sqs, args[0], follow), kwargs={"stop": stop, "on_error": on_error}
        )
        following.start()
        for change in presence.load(boto3.client("dynamodb"), variable("PRESENCE_TABLE_NAME")):
            show(change)
        following.join()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
