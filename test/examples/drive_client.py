"""Runs examples/clients/client.py with the options of its argument, and prints a line for each thing that happens."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "clients"))
from client import listen  # noqa: E402

options = json.loads(sys.argv[1])
tokens = options["tokens"]


def say(line):
    print(json.dumps(line), flush=True)


def on_online(send):
    say({"online": True})
    send({"hello": "backend"})


try:
    listen(
        options["url"],
        lambda: tokens.pop(0) if len(tokens) > 1 else tokens[0],
        on_online,
        lambda notification: say({"notification": notification}),
        quiet_seconds=options.get("quietSeconds", 300),
        pong_seconds=options.get("pongSeconds", 10),
    )
except Exception as error:
    say({"error": str(error)})
