"""The cases of backend/behaviours.json for the Python library, with asyncio and without. Run by python.test.ts."""

import asyncio
import itertools
import json
import threading
import unittest

from behaviour_list import BEHAVIOURS, ScriptedClient, change_of, expand, in_python, invoke, message_of, snake
from sumu import (
    AsyncSumuBackend,
    Message,
    PresenceView,
    RecentlyDone,
    Settings,
    SumuBackend,
    SumuError,
    messages_handler,
    read_message,
    settings_from_environment,
    settings_from_outputs,
)
from sumu.batch import RequestBuilder

def settings_of(given):
    return Settings(**{snake(name): value for name, value in given.items()})


def plain(settings):
    """As the list writes settings."""
    names = ["notificationsQueueUrl", "messagesQueueUrl", "presenceTableName", "connectionsTableName"]
    return {name: getattr(settings, snake(name)) for name in names if getattr(settings, snake(name)) is not None}


class ThrottledDone:
    """A store of the application's own. One of its methods fails."""

    def __init__(self, fails):
        self._fails = fails

    def has(self, message_id):
        return self._fail_if("has")

    def add(self, message_id):
        self._fail_if("add")

    def _fail_if(self, method):
        if method == self._fails:
            raise RuntimeError("the table of done messages is throttled")
        return False


class Handling:
    """A handler that fails for some messages, and what it has handled."""

    def __init__(self, case):
        self.handled, self.errors = [], []
        self._fails, self._fails_once = case.get("fails", []), set(case.get("failsOnce", []))
        self._on_error_fails = case.get("onErrorFails", False)
        self.options = {"on_error": self.on_error}
        if "doneFails" in case:
            self.options["done"] = ThrottledDone(case["doneFails"])

    def handle(self, message):
        if message.id in self._fails:
            raise RuntimeError("out of stock")
        if message.id in self._fails_once:
            self._fails_once.remove(message.id)
            raise RuntimeError("out of stock")
        self.handled.append(message)

    async def handle_async(self, message):
        await asyncio.sleep(0)
        self.handle(message)

    def on_error(self, error, message_id):
        self.errors.append([str(error), message_id])
        if self._on_error_fails:
            raise RuntimeError("the log is down")


def view_of(changes):
    view, results = PresenceView(), []
    for status, version in changes:
        event = {"type": "presence", "message": {"user_id": "a", "status": status, "timestamp": 1, "version": version}}
        message = Message("id", json.dumps(event), "a", 1, "lambda.presence.watchdog")
        results.append([view.apply(message) is not None, view.is_online("a")])
    return results


class Run:
    """One case: what it returned or raised, the calls to AWS, the waits."""

    def __init__(self, case):
        self.case, self.waits, self.error, self.value = case, [], None, None
        self.handling = Handling(case)
        ids = itertools.count(1)
        builder = RequestBuilder(lambda: BEHAVIOURS["now"] / 1_000, lambda: f"new-{next(ids)}")
        self.client = ScriptedClient(case.get("answers", {}), lambda: self.stop())
        self.stop = lambda: None
        self.options = {
            "sqs": self.client,
            "dynamodb": self.client,
            "connections": self.client,
            "builder": builder,
            "sleep": lambda seconds: self.waits.append(round(seconds * 1_000)),
            "rand": lambda: 0 if case["do"][0] == "messages" else 1,
        }
        self.settings = settings_of(case.get("settings", BEHAVIOURS["settings"]))

    def pure(self, method, given):
        """The functions that need no SUMU."""
        if method == "view":
            return view_of(given)
        if method == "messagesHandler":
            handle = messages_handler(self.handling.handle, **self.handling.options)
            return [handle(event) for event in given]
        if method == "read":
            return [message_of(read_message(raw)) for raw in given]
        if method == "fromOutputs":
            return plain(settings_from_outputs(given))
        return plain(settings_from_environment(given))

    PURE = ("view", "messagesHandler", "read", "fromOutputs", "fromEnvironment")

    def receive_options(self, given):
        return {**{snake(name): value for name, value in given.items()}, **self.handling.options}


class SyncRun(Run):
    def execute(self):
        method, given = self.case["do"][0], expand(self.case["do"][1])
        sumu = SumuBackend(self.settings, **self.options)
        if method in self.PURE:
            return self.pure(method, given)
        if method.startswith("batch"):
            batch = sumu.batch()
            for call in given:
                invoke(batch, *call)
            if method == "batchTwice":
                try:
                    batch.send()
                except SumuError:
                    pass
            return batch.send()
        if method == "presence":
            return [change_of(state) for state in invoke(sumu, method, given)]
        if method == "messages":
            stop = threading.Event()
            self.stop = stop.set
            return sumu.messages(self.handling.handle, stop=stop, **self.receive_options(given))
        return invoke(sumu, method, given)

    def run(self):
        try:
            self.value = self.execute()
        except SumuError as error:
            self.error = error
        return self


class AsyncRun(Run):
    async def execute(self):
        method, given = self.case["do"][0], expand(self.case["do"][1])
        sumu = AsyncSumuBackend(self.settings, **self.options)
        if method in self.PURE:
            return self.pure(method, given)
        if method.startswith("batch"):
            batch = sumu.batch()
            for call in given:
                invoke(batch, *call)
            if method == "batchTwice":
                try:
                    await batch.send()
                except SumuError:
                    pass
            return await batch.send()
        if method == "presence":
            return [change_of(state) async for state in invoke(sumu, method, given)]
        if method == "messages":
            stop, loop = asyncio.Event(), asyncio.get_running_loop()
            self.stop = lambda: loop.call_soon_threadsafe(stop.set)
            return await sumu.messages(self.handling.handle_async, stop=stop, **self.receive_options(given))
        result = invoke(sumu, method, given)
        return await result if asyncio.iscoroutine(result) else result

    def run(self):
        try:
            self.value = asyncio.run(self.execute())
        except SumuError as error:
            self.error = error
        return self


class BehaviourTest(unittest.TestCase):
    maxDiff = None

    def check(self, case, run):
        expected = case.get("error")
        error = run.error and [type(run.error).__name__, run.error.code, str(run.error)]
        self.assertEqual(error, expected and [expected["name"], expected["code"], in_python(expected["message"])])
        if expected and "unsent" in expected:
            self.assertEqual([one.request.name for one in run.error.unsent], expected["unsent"])
            self.assertEqual(run.error.sent, expected["sent"])
        elif expected:
            self.assertEqual(run.client.calls, [])
        if "returns" in case:
            self.assertEqual(run.value, case["returns"])
        for value in run.value if "returnsEach" in case else []:
            self.assertEqual(value, case["returnsEach"])
        self.check_sends(case, run)
        if "calls" in case:
            self.assertEqual(run.client.calls, case["calls"])
        if "operations" in case:
            self.assertEqual([operation for operation, _ in run.client.calls], case["operations"])
        if "handled" in case:
            self.assertEqual(sorted(map(message_of, run.handling.handled), key=lambda one: one["id"]), case["handled"])
        if "handledIds" in case:
            self.assertEqual(sorted(one.id for one in run.handling.handled), case["handledIds"])
        if "errorCount" in case:
            self.assertEqual(len(run.handling.errors), case["errorCount"])
        else:
            self.assertEqual(run.handling.errors, case.get("errors", []))

    def check_sends(self, case, run):
        calls = [given["Entries"] for operation, given in run.client.calls if operation == "SendMessageBatch"]
        sends = [[entry["MessageBody"] for entry in entries] for entries in calls]
        if case.get("anyOrder"):
            # Calls in flight at once: a short last call may be noted before the one before it.
            sends.sort(key=lambda bodies: (-len(bodies), -len(bodies[0])))
        for body in itertools.chain(*sends):
            self.assertLessEqual(len(body.encode()), 262_144)
        if "bodies" in case:
            self.assertEqual(sends, case["bodies"])
        if "entries" in case:
            self.assertEqual([len(bodies) for bodies in sends], case["entries"])
        if "users" in case:
            self.assertEqual([self.users_of(body) for body in itertools.chain(*sends)], case["users"])
        if "ids" in case:
            ids = [[json.loads(body)["notification"]["id"] for body in bodies] for bodies in sends]
            self.assertEqual(ids, case["ids"])
        if "waits" in case:
            self.assertEqual(run.waits, case["waits"])

    @staticmethod
    def users_of(body):
        request = json.loads(body)
        return len((request.get("disconnect") or request["notification"]["to"])["users"])


class RecentlyDoneTest(unittest.TestCase):
    def test_remembers_the_last_10_000_messages(self):
        done = RecentlyDone()
        for number in range(10_001):
            done.add(str(number))
        self.assertEqual([done.has("0"), done.has("1"), done.has("10000")], [False, True, True])


def add_tests():
    for kind in (SyncRun, AsyncRun):
        for number, case in enumerate(BEHAVIOURS["cases"]):

            def test(self, case=case, kind=kind):
                self.check(case, kind(case).run())

            test.__doc__ = f"{kind.__name__}: {case['name']}"
            setattr(BehaviourTest, f"test_{kind.__name__}_{number}", test)


add_tests()

if __name__ == "__main__":
    unittest.main()
