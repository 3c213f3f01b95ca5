"""The streams of backend/behaviours.json for the Python library, in simulated time. Run by python.test.ts."""

import asyncio
import json
import threading
import unittest

from behaviour_list import BEHAVIOURS, ScriptedClient, aws_error, expand, snake
from sumu import InvalidInputError, Settings, SumuBackend, SumuError
from sumu.async_stream import AsyncStream, StreamOptions
from sumu.read_connections import StreamConnection
from sumu.requests import notify_requests


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Time passes only when nothing else can happen."""

    _now = 0.0

    def time(self):
        return self._now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self._now = max(self._now, self._scheduled[0]._when)
        super()._run_once()

    @property
    def milliseconds(self):
        return round(self._now * 1_000)


class Ports:
    def __init__(self, case, loop):
        self._case, self._loop = case, loop
        self._known = {one["id"]: one for one in case.get("connections", [])}
        self._left = {name: list(one.get("errors", [])) for name, one in self._known.items()}
        self.posts, self.sent = {}, []

    async def connections(self):
        if "connectionsError" in self._case:
            raise aws_error(*self._case["connectionsError"])
        return [StreamConnection(name, one.get("protocol") == 2) for name, one in self._known.items()]

    async def post(self, connection_id, frame):
        connection = self._known[connection_id]
        self.posts.setdefault(connection_id, []).append([self._loop.milliseconds, frame])
        await asyncio.sleep(connection["latency"] / 1_000)
        left = self._left[connection_id]
        error = left.pop(0) if left else connection.get("always")
        if error is not None:
            raise aws_error(error, 400)

    async def notify(self, data):
        options = self._case["options"]
        [request] = notify_requests("alice", data, options["id"], options.get("keep", True))
        self.sent.append([self._loop.milliseconds, request.body])


class StreamTest(unittest.TestCase):
    maxDiff = None

    def check(self, case):
        loop = SimulatedLoop()
        try:
            asyncio.set_event_loop(loop)
            loop.run_until_complete(self.check_in(loop, case))
        finally:
            # As asyncio.run does. A post that is never answered is left.
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            asyncio.set_event_loop(None)
            loop.close()

    async def check_in(self, loop, case):
        ports, errors = Ports(case, loop), []
        given = case["options"]
        options = StreamOptions(given["id"], given.get("data", {}), given.get("frameMilliseconds", 50) / 1_000)

        def on_error(error, _):
            errors.append(str(error))
            if case.get("onErrorFails"):
                raise RuntimeError("the log is down")

        stream = AsyncStream(options, ports, on_error, lambda: 1)

        async def at(milliseconds):
            await asyncio.sleep(milliseconds / 1_000 - loop.time())

        for when, piece in case["pieces"]:
            await at(when)
            stream.write(expand(piece))
        if "rejectsPiece" in case:
            with self.assertRaisesRegex(InvalidInputError, "at most 130560 fit"):
                stream.write(case["rejectsPiece"])
        await at(case.get("endAt", case.get("cancelAt")))
        result = None
        if "endAt" in case:
            ended = await stream.end()
            result = {"id": ended.id, "streamed": ended.streamed, "gone": ended.gone, "skipped": ended.skipped}
        else:
            stream.cancel()
            await at(10_000)

        if "posts" in case:
            self.assertEqual(ports.posts, case["posts"])
        if "lengths" in case:
            lengths = {name: [len(json.loads(frame)["text"]) for _, frame in one] for name, one in ports.posts.items()}
            self.assertEqual(lengths, case["lengths"])
        wholes = [case.get("whole", [case.get("wholeAt")])[0]] if "endAt" in case else []
        self.assertEqual([when for when, _ in ports.sent], wholes)
        if "whole" in case:
            self.assertEqual(ports.sent, [case["whole"]])
        self.assertEqual(result, case.get("result"))
        self.assertEqual(errors, case.get("errors", []))
        if "after" in case:
            with self.assertRaisesRegex(SumuError, case["after"]["write"]):
                stream.write("late")


class BlockingStreamTest(unittest.TestCase):
    """The stream of code without asyncio, on a scripted client, in real time."""

    def setUp(self):
        rows = [{"connection_id": {"S": "c1"}, "protocol": {"N": "2"}}, {"connection_id": {"S": "over"}, "delete_at": {"N": "1"}}]
        self.client = ScriptedClient({"Query": [{"Items": rows[:1], "LastEvaluatedKey": {"a": {"S": "b"}}}, {"Items": rows[1:]}]})
        settings = Settings(**{snake(name): value for name, value in BEHAVIOURS["settings"].items()})
        self.sumu = SumuBackend(settings, sqs=self.client, dynamodb=self.client, connections=self.client)

    def posted(self):
        return [given for operation, given in self.client.calls if operation == "PostToConnection"]

    def sent(self):
        return [given for operation, given in self.client.calls if operation == "SendMessageBatch"]

    def test_streams_to_open_connections_and_sends_the_whole_text(self):
        with self.sumu.stream("alice", id="s") as stream:
            for piece in ["Hel", "lo"]:
                stream.write(piece)
        self.assertEqual(stream.result.streamed, 1)
        self.assertEqual(
            self.posted(),
            [{"ConnectionId": "c1", "Data": b'{"type":"notification","id":"s.0","data":{"stream":"s","index":0,"text":"Hello"}}'}],
        )
        [call] = self.sent()
        data = json.loads(call["Entries"][0]["MessageBody"])["notification"]["data"]
        self.assertEqual(data, {"stream": "s", "text": "Hello", "end": True})

    def test_is_cancelled_when_the_source_of_the_pieces_fails(self):
        def pieces():
            yield "Hel"
            raise OSError("the model is away")

        with self.assertRaisesRegex(OSError, "the model is away"):
            self.sumu.stream("alice", id="s").send(pieces())
        self.assertEqual(self.sent(), [])

    def test_may_be_written_by_several_threads(self):
        stream = self.sumu.stream("alice", id="s")
        threads = [threading.Thread(target=stream.write, args=("x",)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stream.end()
        data = json.loads(self.sent()[0]["Entries"][0]["MessageBody"])["notification"]["data"]
        self.assertEqual(data["text"], "x" * 20)


def add_tests():
    for number, case in enumerate(BEHAVIOURS["streams"]):

        def test(self, case=case):
            self.check(case)

        test.__doc__ = case["name"]
        setattr(StreamTest, f"test_{number}", test)


add_tests()

if __name__ == "__main__":
    unittest.main()
