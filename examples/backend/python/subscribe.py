"""A queue of this service behind the messages topic."""

import json


def subscribe(sns, sqs, topic_arn, queue_name, sources):
    """Makes a queue that gets the messages topic's messages, of some sources only, and returns its URL. A second call
    changes nothing. In production, use three Terraform resources instead: docs/choosing-sns-or-sqs.md has them."""
    queue_url = sqs.create_queue(QueueName=queue_name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": attributes["QueueArn"],
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=attributes["QueueArn"],
        # Without raw delivery, the body would be an SNS envelope with the attributes inside it.
        Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"source": list(sources)})},
    )
    return queue_url
