"""
Asynchronous invocations, by SNS or as an event, as AWS did them where MiniStack differs:
- The settings are those of the alias that was invoked. MiniStack has only the function's own.
- What a function gets from SNS, and what Lambda sends to the failure destination, is in the form of AWS.
"""

import contextvars
import time

from ministack.core.responses import new_uuid
from ministack.services import lambda_svc

# The invocation that is under way: its ARN, with the alias, and how often it is tried.
invocation = contextvars.ContextVar("sumu_invocation", default=None)


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03d}Z"


def sns_record(subscription_arn, notification):
    """SNS writes two names differently for a function than for a queue, and a Number attribute as a String."""
    renamed = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}
    sns = {renamed.get(name, name): value for name, value in notification.items()}
    given = notification.get("MessageAttributes") or {}
    attributes = {
        name: {**attribute, "Type": "String" if attribute["Type"] == "Number" else attribute["Type"]}
        for name, attribute in given.items()
    }
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": {**sns, "Subject": notification.get("Subject"), "MessageAttributes": attributes},
    }


def use_settings_of_alias():
    invoke = lambda_svc.invoke_async_with_retry

    def invoked(record, event):
        config = record.get("config") or record
        arn = config.get("FunctionArn", "")
        function = lambda_svc._functions.get(config.get("FunctionName", "")) or record
        qualifier = arn.split(":")[7] if arn.count(":") == 7 else None
        settings = lambda_svc._event_invoke_config(function, qualifier) or {}
        tries = int(settings.get("MaximumRetryAttempts", 2)) + 1
        token = invocation.set({"arn": arn, "tries": tries, "version": config.get("Version", "$LATEST")})
        try:
            invoke({**record, "event_invoke_config": settings, "event_invoke_configs": {}}, event)
        finally:
            invocation.reset(token)

    lambda_svc.invoke_async_with_retry = invoked


def failure_record(event, result):
    """Of an event for which the function failed each time."""
    failed = invocation.get()
    return {
        "version": "1.0",
        "timestamp": iso(time.time()),
        "requestContext": {
            "requestId": new_uuid(),
            "functionArn": failed["arn"],
            "condition": "RetriesExhausted",
            "approximateInvokeCount": failed["tries"],
        },
        "requestPayload": event,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": failed["version"],
            "functionError": result.get("function_error") or "Unhandled",
        },
        "responsePayload": result.get("body"),
    }
