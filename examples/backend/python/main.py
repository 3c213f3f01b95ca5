"""usage: main.py notify <user,user|all> <JSON>
       main.py disconnect <user,user> <reason>
       main.py stream <user,user> <text>
       main.py receive [<queue URL>]
       main.py subscribe <queue name> <source>...
       main.py presence <queue URL>"""

import json
import os
import re
import signal
import sys
import threading
import time

import boto3

from subscribe import subscribe
from sumu import PresenceView, SumuBackend, SumuError


def show(value):
    print(json.dumps(value, ensure_ascii=False), flush=True)


def show_change(change):
    if change is not None:
        fields = {"userId": change.user_id, "status": change.status}
        show({**fields, "timestamp": change.timestamp, "version": change.version})


def on_error(error, message_id):
    print(json.dumps({"messageId": message_id, "error": type(error).__name__}), file=sys.stderr, flush=True)


def words(text):
    """A text word by word, as a language model would write it."""
    for word in re.split("(?<= )", text):
        time.sleep(0.02)
        yield word


def main(command="", *args):
    sumu = SumuBackend.from_environment()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    if command == "notify" and len(args) == 2:
        data = json.loads(args[1])
        if args[0] == "all":
            sumu.notify_everyone(data)
        else:
            sumu.notify(args[0].split(","), data)
    elif command == "disconnect" and len(args) == 2:
        sumu.disconnect(args[0].split(","), reason=args[1])
    elif command == "stream" and len(args) == 2:
        result = sumu.stream(args[0].split(","), data={"type": "answer"}).send(words(args[1]))
        show({"id": result.id, "streamed": result.streamed, "gone": result.gone, "skipped": result.skipped})
    elif command == "receive" and len(args) < 2:
        handle = lambda one: show({"userId": one.user_id, "source": one.source, "body": one.body})
        sumu.messages(handle, stop=stop, on_error=on_error, queue_url=args[0] if args else None)
    elif command == "subscribe" and len(args) > 1:
        topic_arn = os.environ["MESSAGES_TOPIC_ARN"]
        show({"queueUrl": subscribe(boto3.client("sns"), boto3.client("sqs"), topic_arn, args[0], args[1:])})
    elif command == "presence" and len(args) == 1:
        view = PresenceView()
        # Events first, then the table: a change in between is in one of them.
        options = {"queue_url": args[0], "stop": stop, "on_error": on_error}
        follow = lambda message: show_change(view.apply(message))
        following = threading.Thread(target=sumu.messages, args=(follow,), kwargs=options)
        following.start()
        for state in sumu.presence(include_offline=True):
            show_change(view.load(state))
        following.join()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except SumuError as error:
        sys.exit(str(error))
