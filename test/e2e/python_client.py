"""A client and a backend in one, with the libraries that most Python programs use. Reads `npm start -- --json`'s line
from its standard input and prints, as JSON, what came of it."""

import json
import sys
import time

import boto3
from websockets.sync.client import connect

RECEIVE_SECONDS = 20

stack = json.load(sys.stdin)


def client(service):
    return boto3.client(
        service,
        endpoint_url=stack["aws_endpoint_url"],
        region_name=stack["region"],
        aws_access_key_id=stack["aws_access_key_id"],
        aws_secret_access_key=stack["aws_secret_access_key"],
    )


sns, sqs = client("sns"), client("sqs")
messages, notifications = stack["messages"], stack["notifications"]


def send_and_receive(socket):
    socket.send(json.dumps({"action": "send", "message": {"from": "python", "text": "é & \"+\""}}))
    ack = json.loads(socket.recv(timeout=RECEIVE_SECONDS))
    received = sqs.receive_message(
        QueueUrl=messages["queue"]["url"], WaitTimeSeconds=RECEIVE_SECONDS, MessageAttributeNames=["All"]
    )["Messages"][0]
    sqs.delete_message(QueueUrl=messages["queue"]["url"], ReceiptHandle=received["ReceiptHandle"])
    attributes = {name: attribute["StringValue"] for name, attribute in received["MessageAttributes"].items()}
    return {"ack": ack, "body": received["Body"], "user_id": attributes["user_id"], "source": attributes["source"]}


def notified(socket, publish, text):
    started = time.monotonic()
    publish(json.dumps({"users": ["alice"], "data": {"text": text}}))
    frame = json.loads(socket.recv(timeout=RECEIVE_SECONDS))
    return {"frame": frame, "seconds": time.monotonic() - started}


with connect(f"{stack['websocket_url']}?authorization={stack['tokens']['alice']}") as socket:
    by_topic = lambda text: sns.publish(TopicArn=notifications["topic"]["arn"], Message=text)
    by_queue = lambda text: sqs.send_message(QueueUrl=notifications["queue"]["url"], MessageBody=text)
    # The first notification of each way includes a cold start of the pusher.
    print(
        json.dumps(
            {
                "sent": send_and_receive(socket),
                "topic": [notified(socket, by_topic, f"topic {index}") for index in range(5)],
                "queue": [notified(socket, by_queue, f"queue {index}") for index in range(5)],
            }
        )
    )
