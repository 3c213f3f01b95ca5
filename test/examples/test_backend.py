"""What cannot be made to happen on the local stack: answers of SQS that are scripted. Run by local-stack.test.ts."""

import json
import threading
import unittest

import boto3
from botocore.stub import Stubber

from notify import UnsentError, send, to_everybody, to_users
from presence import Presence
from receive import Message, receive

FAILED = {"Id": "1", "SenderFault": False, "Code": "InternalError"}


class ScriptedSqs:
    def __init__(self, *answers):
        self.calls = []
        self.client = boto3.client(
            "sqs", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self.client.meta.events.register("provide-client-params.sqs", self._note)
        stubber = Stubber(self.client)
        for operation, answer in answers:
            if isinstance(answer, Exception):
                stubber.add_client_error(operation, answer.args[0], http_status_code=answer.args[1])
            else:
                stubber.add_response(operation, answer)
        stubber.activate()

    def _note(self, params, **_):
        self.calls.append(params)


def failed(index, fault=False):
    entry = {**FAILED, "Id": str(index), "SenderFault": fault}
    return ("send_message_batch", {"Successful": [], "Failed": [entry]})


TAKEN = ("send_message_batch", {"Successful": [], "Failed": []})


def data(call):
    return [json.loads(entry["MessageBody"])["data"] for entry in call["Entries"]]


class SendTest(unittest.TestCase):
    def setUp(self):
        self.waits = []

    def send(self, scripted, count):
        notifications = [{"data": index} for index in range(count)]
        send(scripted.client, "https://url", notifications, sleep=self.waits.append, rand=lambda: 1)

    def test_sends_ten_a_call(self):
        scripted = ScriptedSqs(TAKEN, TAKEN, TAKEN)
        self.send(scripted, 23)
        self.assertEqual([len(call["Entries"]) for call in scripted.calls], [10, 10, 3])

    def test_sends_again_what_sqs_has_refused_of_a_batch(self):
        scripted = ScriptedSqs(failed(1), failed(0), TAKEN)
        self.send(scripted, 3)
        self.assertEqual([data(call) for call in scripted.calls], [[0, 1, 2], [1], [1]])
        self.assertEqual(self.waits, [0.1, 0.2])

    def test_gives_up_after_five_tries(self):
        scripted = ScriptedSqs(failed(1), *[failed(0)] * 4)
        with self.assertRaises(UnsentError) as caught:
            self.send(scripted, 3)
        self.assertEqual(caught.exception.unsent, [{"data": 1}])
        self.assertEqual(str(caught.exception), "1 notifications were not sent: InternalError")

    def test_does_not_try_again_what_is_the_senders_fault(self):
        scripted = ScriptedSqs(failed(2, fault=True))
        with self.assertRaises(UnsentError):
            self.send(scripted, 3)
        self.assertEqual(len(scripted.calls), 1)

    def test_takes_a_call_that_has_failed_for_a_batch_that_was_not_sent(self):
        scripted = ScriptedSqs(("send_message_batch", RuntimeError("ServiceUnavailable", 503)), TAKEN)
        self.send(scripted, 2)
        self.assertEqual([data(call) for call in scripted.calls], [[0, 1], [0, 1]])
        denied = ScriptedSqs(("send_message_batch", RuntimeError("AccessDenied", 403)))
        with self.assertRaisesRegex(UnsentError, "^2 notifications were not sent: AccessDenied$"):
            self.send(denied, 2)

    def test_keeps_a_call_under_256_kib(self):
        scripted = ScriptedSqs(TAKEN, TAKEN, TAKEN)
        send(scripted.client, "https://url", [{"data": "x" * 100_000}] * 5)
        self.assertEqual([len(call["Entries"]) for call in scripted.calls], [2, 2, 1])

    def test_splits_users_and_rejects_none(self):
        users = [f"user-{index}" for index in range(2_001)]
        self.assertEqual([len(part["notification"]["to"]["users"]) for part in to_users(users, "hi")], [1_000, 1_000, 1])
        with self.assertRaisesRegex(ValueError, "^no users: to reach everybody, call to_everybody$"):
            to_users([], "hi")
        everyone = {"to": "everyone", "except": {"users": ["carol"]}, "data": "hi"}
        self.assertEqual(to_everybody("hi", ["carol"]), {"notification": everyone})

    def test_rejects_what_is_not_json(self):
        with self.assertRaises(ValueError):
            send(ScriptedSqs().client, "https://url", [{"data": float("nan")}])


class ReceiveTest(unittest.TestCase):
    def test_handles_a_message_once_that_comes_twice_and_deletes_it_both_times(self):
        raw = {"MessageId": "m1", "ReceiptHandle": "r", "Body": "hi"}
        received, deleted = ("receive_message", {"Messages": [raw]}), ("delete_message_batch", {"Successful": [], "Failed": []})
        scripted = ScriptedSqs(received, deleted, received, deleted)
        stop, handled = threading.Event(), []

        class StopAfterTwo:
            ids, asked = set(), 0

            def has(self, message_id):
                self.asked += 1
                if self.asked == 2:
                    stop.set()
                return message_id in self.ids

            def add(self, message_id):
                self.ids.add(message_id)

        receive(scripted.client, "https://url", handled.append, stop=stop, done=StopAfterTwo())
        self.assertEqual([message.body for message in handled], ["hi"])
        self.assertEqual(sum("Entries" in call for call in scripted.calls), 2)


class PresenceTest(unittest.TestCase):
    def test_drops_repeats_and_latecomers(self):
        presence = Presence()

        def apply(status, version):
            event = {"type": "presence", "message": {"user_id": "a", "status": status, "timestamp": 1, "version": version}}
            message = Message("id", json.dumps(event), "a", 1, "lambda.presence.watchdog")
            return presence.apply(message) is not None, presence.is_online("a")

        changes = [("ONLINE", 1), ("ONLINE", 1), ("OFFLINE", 4), ("ONLINE", 3), ("ONLINE", 5)]
        self.assertEqual(
            [apply(*change) for change in changes],
            [(True, True), (False, True), (True, False), (False, False), (True, True)],
        )
        self.assertIsNone(presence.apply(Message("id", "hi", "a", 1, "apigw.route.send")))


if __name__ == "__main__":
    unittest.main()
