"""What the Python library does for callers with bad luck: wrong handlers, forks, worker processes. Run by python.test.ts."""

import asyncio
import copy
import datetime
import decimal
import logging
import os
import pickle
import threading
import unittest
import warnings

from behaviour_list import BEHAVIOURS, ScriptedClient, expand, snake
from sumu import (
    AsyncSumuBackend,
    ConfigurationError,
    InvalidInputError,
    Message,
    Settings,
    SumuBackend,
    SumuError,
    UnsentError,
    messages_handler,
)

SETTINGS = Settings(**{snake(name): value for name, value in BEHAVIOURS["settings"].items()})
HANDLER_ASYNC = "the handler is a coroutine function: call AsyncSumuBackend.messages"


def setUpModule():
    logging.getLogger("sumu").addHandler(logging.NullHandler())
    logging.getLogger("sumu").propagate = False
    # The warning of a coroutine that nobody has awaited.
    warnings.simplefilter("error")


def event(*ids):
    return {"Records": [expand({"$record": [one, "hi"]}) for one in ids]}


def received(*ids):
    return {"Messages": [expand({"$sent": [one, "hi"]}) for one in ids]}


class Receiving:
    """A queue that gives these answers, and then nothing."""

    def __init__(self, *answers):
        self.stop = lambda: None
        self.client = ScriptedClient({"ReceiveMessage": list(answers)}, lambda: self.stop())

    @property
    def operations(self):
        return [operation for operation, _ in self.client.calls]

    def run(self, handler, **options):
        stop = threading.Event()
        self.stop = stop.set
        SumuBackend(SETTINGS, sqs=self.client).messages(handler, stop=stop, **options)

    def run_async(self, handler, **options):
        async def main():
            stop, loop = asyncio.Event(), asyncio.get_running_loop()
            self.stop = lambda: loop.call_soon_threadsafe(stop.set)
            await AsyncSumuBackend(SETTINGS, sqs=self.client).messages(handler, stop=stop, **options)

        asyncio.run(main())


async def handle_async(message):
    raise AssertionError("nothing runs this")


class HandlerTest(unittest.TestCase):
    def test_rejects_a_coroutine_function_at_once_where_nothing_would_run_it(self):
        receiving = Receiving()
        for call in (lambda: receiving.run(handle_async), lambda: messages_handler(handle_async)):
            with self.assertRaisesRegex(ConfigurationError, HANDLER_ASYNC):
                call()
        self.assertEqual(receiving.operations, [])

    def test_does_not_delete_a_message_whose_handler_has_only_given_a_coroutine(self):
        receiving, errors = Receiving(received("m1")), []
        receiving.run(lambda message: handle_async(message), on_error=lambda error, id: errors.append([error.code, id]))
        self.assertEqual(receiving.operations, ["ReceiveMessage", "ChangeMessageVisibility"])
        self.assertEqual(errors, [["handler_async", "m1"]])
        answer = messages_handler(lambda message: handle_async(message))(event("m1"))
        self.assertEqual(answer, {"batchItemFailures": [{"itemIdentifier": "m1"}]})

    def test_takes_a_handler_without_async_in_asyncio_code(self):
        receiving, handled = Receiving(received("m1")), []
        receiving.run_async(lambda message: handled.append(message.id))
        self.assertEqual((handled, receiving.operations), (["m1"], ["ReceiveMessage", "DeleteMessageBatch"]))

    def test_lets_a_message_come_again_whose_handler_was_cancelled_and_goes_on(self):
        receiving, handled, errors = Receiving(received("m1", "m2"), received("m1")), [], []

        async def handler(message):
            if message.id == "m1" and not errors:
                raise asyncio.CancelledError
            handled.append(message.id)

        receiving.run_async(handler, on_error=lambda error, id: errors.append([str(error), id]))
        self.assertEqual(handled, ["m2", "m1"])
        self.assertEqual(errors, [["the handler was cancelled", "m1"]])
        operations = ["ReceiveMessage", "ChangeMessageVisibility", "DeleteMessageBatch", "ReceiveMessage", "DeleteMessageBatch"]
        self.assertEqual(receiving.operations, operations)

    def test_ends_when_its_own_task_is_cancelled(self):
        receiving, cancelled = Receiving(received("m1")), []

        async def main():
            began = asyncio.Event()

            async def handler(message):
                began.set()
                await asyncio.Event().wait()

            sumu = AsyncSumuBackend(SETTINGS, sqs=receiving.client)
            task = asyncio.ensure_future(sumu.messages(handler, on_error=lambda error, id: cancelled.append(id)))
            await began.wait()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await asyncio.wait_for(task, 5)

        asyncio.run(main())
        self.assertEqual(receiving.operations, ["ReceiveMessage"])

    def test_gives_a_repeat_an_answer_although_the_handler_has_ended_its_thread(self):
        began, repeats = threading.Event(), []

        def handler(message):
            began.set()
            raise SystemExit

        handle = messages_handler(handler)
        for _ in range(2):
            thread = threading.Thread(target=lambda: repeats.append(self.ended(handle)), daemon=True)
            thread.start()
            thread.join(5)
        self.assertEqual(repeats, [True, True])

    @staticmethod
    def ended(handle):
        try:
            handle(event("m1"))
        except SystemExit:
            return True


class ValueTest(unittest.TestCase):
    def test_names_the_type_of_a_value_that_json_does_not_have(self):
        client = ScriptedClient({})
        for value, name in (
            (decimal.Decimal("1.5"), "Decimal"),
            (datetime.datetime(2026, 1, 1), "datetime"),
            ({1}, "set"),
            (b"a", "bytes"),
        ):
            with self.assertRaisesRegex(InvalidInputError, f"data is not JSON: it has a value of type {name}. Use objects, "):
                SumuBackend(SETTINGS, sqs=client).notify("alice", {"price": [value]})
        self.assertEqual(client.calls, [])

    def test_says_that_a_body_is_nested_too_deeply_for_json(self):
        message = Message("m1", "[" * 16_000 + "]" * 16_000, "alice", 1, "apigw.route.send")
        with self.assertRaisesRegex(SumuError, "the body of message m1 is not JSON: use body"):
            message.json()


class ProcessTest(unittest.TestCase):
    def unsent(self):
        client = ScriptedClient({"SendMessageBatch": [{"fault": {"0": "KmsAccessDenied"}}]})
        with self.assertRaises(UnsentError) as raised:
            SumuBackend(SETTINGS, sqs=client).notify("alice", 1, id="a")
        return raised.exception

    def test_gives_its_errors_from_one_process_to_another(self):
        for error in (InvalidInputError("no_users", "users is empty"), self.unsent()):
            for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
                self.assertIs(type(other), type(error))
                self.assertEqual((other.code, str(other)), (error.code, str(error)))
        other = pickle.loads(pickle.dumps(self.unsent()))
        self.assertEqual([(one.request.name, one.code) for one in other.unsent], [("a", "KmsAccessDenied")])
        self.assertEqual((other.sent, other.unsent[0].request.body), (0, self.unsent().unsent[0].request.body))

    def test_streams_in_a_fork_of_a_process_that_has_streamed(self):
        client = ScriptedClient({})
        sumu = SumuBackend(SETTINGS, sqs=client, dynamodb=client, connections=client)
        sumu.stream("alice", id="parent").send(["a"])
        asyncio.run(AsyncSumuBackend(SETTINGS, sqs=client).notify("alice", 1))
        with warnings.catch_warnings():
            # Python 3.12 warns of any fork of a process with threads.
            warnings.simplefilter("ignore")
            child = os.fork()
        if child == 0:
            try:
                signal_after(5)
                os._exit(0 if sumu.stream("alice", id="child").send(["a"]).id == "child" else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        self.assertEqual(status, 0)

    def test_makes_its_own_clients_again_after_a_fork(self):
        class Session:
            def client(self, name, **options):
                return object()

        sumu = SumuBackend(SETTINGS, session=Session(), dynamodb="given")
        before = sumu._clients.sqs
        self.assertIs(sumu._clients.sqs, before)
        sumu._clients._process = -1
        self.assertIsNot(sumu._clients.sqs, before)
        self.assertEqual(sumu._clients.dynamodb, "given")


def signal_after(seconds):
    """Ends this process by SIGALRM if it hangs."""
    import signal

    signal.alarm(seconds)


class ConnectionsClientTest(unittest.TestCase):
    def test_gives_up_a_post_as_soon_as_the_stream_does_and_takes_the_output_websocket_url(self):
        made = []

        class Session:
            def client(self, name, **options):
                made.append((name, options))

        settings = Settings(connections_url="wss://live.example.com/v1")
        self.assertIsNone(SumuBackend(settings, session=Session())._clients.connections)
        [(name, options)] = made
        self.assertEqual((name, options["endpoint_url"]), ("apigatewaymanagementapi", "https://live.example.com/v1"))
        config = options["config"]
        self.assertEqual((config.connect_timeout, config.read_timeout, config.max_pool_connections), (2, 2, 64))


if __name__ == "__main__":
    unittest.main()
