"""
Lambda's event source mapping of a queue, where MiniStack does not do as AWS did:
- A mapping is created only if the function's role may receive, delete and read the queue's attributes.
- An answer that names another id than those of its batch fails the whole batch. An item without any name fails nothing.
- A batch for which the function has no concurrency left is tried again until its visibility timeout ends.
- A Number attribute has no zeros at its ends, and each attribute has two empty lists.
- The mapping does not say how the last batch went.
"""

import time
from decimal import Decimal, InvalidOperation

import decisions
from ministack.core.responses import error_response_json
from ministack.services import lambda_svc, sqs

# The rights that a function's role needs.
POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
NO_CONCURRENCY_WAIT_SECONDS = 0.05


def is_queue(source):
    return source.split(":")[2:3] == ["sqs"]


def failed_ids(answer, mapping, ids):
    """The ids of the batch that stay in the queue."""
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []) or answer is None:
        return set()
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else answer
    if failures is None:
        return set()
    if not isinstance(failures, list):
        return set(ids)
    names = [one.get("itemIdentifier") if isinstance(one, dict) else None for one in failures if one != {}]
    return set(names) if all(isinstance(name, str) and name in ids for name in names) else set(ids)


def run_batch(mapping, record, event, batch, queue_url, _queue_name):
    lease_ends = min(message["visible_at"] for message in batch)
    result = lambda_svc._execute_function(record, event)
    while result.get("throttle") and time.time() + NO_CONCURRENCY_WAIT_SECONDS < lease_ends:
        time.sleep(NO_CONCURRENCY_WAIT_SECONDS)
        result = lambda_svc._execute_function(record, event)
    if result.get("error"):
        # MiniStack waits longer after a failure. Here the visibility timeout alone decides when the batch comes again.
        return
    failed = failed_ids(result.get("body"), mapping, {message["id"] for message in batch})
    done = {message["receipt_handle"] for message in batch if message["id"] not in failed}
    sqs._delete_messages_for_esm(queue_url, done)


def number(text):
    """As Lambda writes a Number: 0012.3400 is 12.34."""
    try:
        plain = format(Decimal(text), "f")
    except InvalidOperation:
        return text
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def attributes(given):
    written = {}
    for name, attribute in (given or {}).items():
        kind = attribute.get("DataType", "String")
        one = {}
        if "StringValue" in attribute:
            one["stringValue"] = number(attribute["StringValue"]) if kind == "Number" else attribute["StringValue"]
        if "BinaryValue" in attribute:
            one["binaryValue"] = attribute["BinaryValue"]
        written[name] = {**one, "stringListValues": [], "binaryListValues": [], "dataType": kind}
    return written


def admit():
    """Refuses a mapping whose function's role may not poll the queue, and names the first right that is missing."""
    create = lambda_svc._create_esm

    def created(data):
        source = data.get("EventSourceArn", "")
        name, qualifier, _ = lambda_svc._resolve_existing_esm_function(data.get("FunctionName", ""))
        if is_queue(source) and name is not None:
            record, _ = lambda_svc._get_func_record_for_qualifier(name, qualifier)
            role, session = decisions.function_role(record or {})
            for action in POLLING:
                if not decisions.role_may(role, session, action, source):
                    message = f"The function execution role does not have permissions to call {action[4:]} on SQS"
                    return error_response_json("InvalidParameterValueException", message, 400)
        return create(data)

    lambda_svc._create_esm = created


def keep_quiet():
    describe = lambda_svc._esm_response

    def described(mapping):
        answer = describe(mapping)
        if is_queue(mapping.get("EventSourceArn", "")):
            answer.pop("LastProcessingResult", None)
        return answer

    lambda_svc._esm_response = described


def poll_without_concurrency():
    """MiniStack receives nothing for a function whose concurrency is used up. AWS receives, and is then refused."""
    allowed = lambda_svc._sqs_esm_concurrency
    lambda_svc._sqs_esm_concurrency = lambda mapping, record, config, queue=None: allowed(
        mapping, {}, {"FunctionName": ""}, queue
    )


def install():
    lambda_svc._run_sqs_batch = run_batch
    lambda_svc._sqs_message_attributes_to_camel_case = attributes
    admit()
    keep_quiet()
    poll_without_concurrency()
