"""Calls the Python library as lines of JSON on the standard input say, and prints the results. Run by python-driver.ts.

usage: drive_backend.py sync|async"""

import asyncio
import json
import os
import sys
import threading
import time

from behaviour_list import change_of, invoke, message_of
from sumu import AsyncSumuBackend, Settings, SumuBackend, SumuError


class Handling:
    """Handles messages until so many are handled. The first try of some fails."""

    def __init__(self, given, stop):
        self.handled, self._fails_once, self._count, self._stop = [], list(given.get("failsOnce", [])), given["count"], stop

    def handle(self, message):
        if message.body in self._fails_once:
            self._fails_once.remove(message.body)
            raise RuntimeError("out of stock")
        self.handled.append(message_of(message))
        if len(self.handled) == self._count:
            self._stop.set()

    async def handle_async(self, message):
        self.handle(message)


# A queue that does not exist.
NOWHERE = Settings(notifications_queue_url=os.environ["NOTIFICATIONS_QUEUE_URL"] + "-gone")


def pieces(given):
    for piece in given["pieces"]:
        time.sleep(given["everyMilliseconds"] / 1_000)
        yield piece


async def pieces_async(given):
    for piece in given["pieces"]:
        await asyncio.sleep(given["everyMilliseconds"] / 1_000)
        yield piece


def result_of(result):
    return {"id": result.id, "streamed": result.streamed, "gone": result.gone, "skipped": result.skipped}


def quiet(error, message_id):
    pass


class Sync:
    def __init__(self):
        self.sumu = SumuBackend.from_environment()

    def call(self, method, given):
        if method == "notifyByOutputs":
            return SumuBackend.from_outputs(given["outputs"]).notify(given["users"], given["data"])
        if method == "notifyNowhere":
            return SumuBackend(NOWHERE).notify(given["users"], given["data"], id=given["id"])
        if method == "batch":
            batch = self.sumu.batch()
            for call in given:
                invoke(batch, *call)
            return batch.send()
        if method == "presence":
            return [change_of(state) for state in self.sumu.presence()]
        if method == "messages":
            stop = threading.Event()
            handling = Handling(given, stop)
            self.sumu.messages(handling.handle, stop=stop, retry_after_seconds=1, on_error=quiet)
            return handling.handled
        if method == "stream":
            return result_of(self.sumu.stream(given["users"], **given["options"]).send(pieces(given)))
        return invoke(self.sumu, method, given)


class Async:
    def __init__(self):
        self.sumu = AsyncSumuBackend.from_environment()

    def call(self, method, given):
        return asyncio.run(self.call_async(method, given))

    async def call_async(self, method, given):
        if method == "notifyByOutputs":
            return await AsyncSumuBackend.from_outputs(given["outputs"]).notify(given["users"], given["data"])
        if method == "notifyNowhere":
            return await AsyncSumuBackend(NOWHERE).notify(given["users"], given["data"], id=given["id"])
        if method == "batch":
            batch = self.sumu.batch()
            for call in given:
                invoke(batch, *call)
            return await batch.send()
        if method == "presence":
            return [change_of(state) async for state in self.sumu.presence()]
        if method == "messages":
            stop = asyncio.Event()
            handling = Handling(given, stop)
            await self.sumu.messages(handling.handle_async, stop=stop, retry_after_seconds=1, on_error=quiet)
            return handling.handled
        if method == "stream":
            return result_of(await self.sumu.stream(given["users"], **given["options"]).send(pieces_async(given)))
        return await invoke(self.sumu, method, given)


def main(kind):
    driver = {"sync": Sync, "async": Async}[kind]()
    for line in sys.stdin:
        method, given = json.loads(line)
        try:
            answer = {"value": driver.call(method, given)}
        except SumuError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
