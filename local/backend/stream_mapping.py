"""
Lambda's event source mapping of a DynamoDB stream. It replaces MiniStack's, which has no retry limits, no bisecting, no
partial failures and no destination for failed records. It does as AWS did:
- If the item at position k fails, the records from k on are tried again, with bisecting in two halves.
- Each half has its own retries. A batch without retries left, or too old, goes to the destination, and the shard goes on.
- An answer that names no record of the batch fails the whole batch.
"""

import json
import logging
import time
from collections import deque

import decisions
from asynchronous_invocation import iso
from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.responses import _request_account_id, _request_region, error_response_json, new_uuid
from ministack.services import dynamodb, lambda_svc, sns, sqs

# The rights that a function's role needs. ListStreams is not one of them: pollers know their stream (observed on AWS).
POLLING = ("dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords")
# AWS doubles the wait up to a minute. Here the wait is shorter, so that a test can see a poison record.
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 2.0


class Batch:
    def __init__(self, records):
        self.records = records
        self.request_id = new_uuid()
        self.invocations = 0
        self.not_before = 0.0

    def wait(self):
        seconds = min(FIRST_WAIT_SECONDS * 2 ** (self.invocations - 1), LONGEST_WAIT_SECONDS)
        self.not_before = time.time() + seconds


class Shard:
    """The position of a mapping in its stream."""

    def __init__(self, position):
        self.position = position
        self.batches = deque()


shards = {}


def sequence_number(record):
    return record["dynamodb"]["SequenceNumber"]


def created_at(record):
    return float(record["dynamodb"].get("ApproximateCreationDateTime", time.time()))


def failed_from(batch, mapping, result):
    """The index of the first failed record, or None without a failure; and the name that Lambda gives to the failure."""
    if result.get("error"):
        return 0, result.get("function_error") or "Unhandled"
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None, None
    answer = result.get("body")
    if isinstance(answer, (str, bytes)):
        answer = json.loads(answer or "null")
    failures = (answer or {}).get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return None, None
    numbers = [sequence_number(record) for record in batch.records]
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    if any(name not in numbers for name in named):
        return 0, None
    return min(numbers.index(name) for name in named), None


def is_too_old(record, mapping):
    limit = int(mapping.get("MaximumRecordAgeInSeconds") or -1)
    return limit > 0 and time.time() - created_at(record) > limit


def execute(record, event, request_id):
    """MiniStack gives each invocation a new id. A batch that is tried again has the same id on AWS."""
    config = record.get("config") or record
    slot, _ = lambda_svc._acquire_execution_slot(record, config)
    if slot is None:
        return {"error": True}
    try:
        return lambda_svc._execute_function_dispatch(record, config, event, request_id, time.time())
    finally:
        lambda_svc._release_execution_slot(slot)


def serve(shard, mapping, record):
    """One pass over a shard. Returns whether it made progress."""
    batch = shard.batches[0]
    old = [one for one in batch.records if is_too_old(one, mapping)]
    if old:
        give_up(old, batch, mapping, record, "RecordAgeExceeded", None)
        batch.records = batch.records[len(old) :]
        if not batch.records:
            shard.batches.popleft()
        return True
    if batch.not_before > time.time():
        return False
    result = execute(record, {"Records": batch.records}, batch.request_id)
    batch.invocations += 1
    first, function_error = failed_from(batch, mapping, result)
    if first is None:
        shard.batches.popleft()
        mapping["LastProcessingResult"] = "OK"
        return True
    mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
    if first > 0:
        # The records before the failed record are done. The rest is a batch of its own.
        shard.batches[0] = left = Batch(batch.records[first:])
        left.invocations = batch.invocations
        batch = left
    retries = mapping.get("MaximumRetryAttempts")
    if mapping.get("BisectBatchOnFunctionError") and len(batch.records) > 1:
        middle = (len(batch.records) + 1) // 2
        shard.batches.popleft()
        for half in (batch.records[middle:], batch.records[:middle]):
            shard.batches.appendleft(Batch(half))
    elif retries is not None and int(retries) >= 0 and batch.invocations > int(retries):
        give_up(batch.records, batch, mapping, record, "RetryAttemptsExhausted", {"functionError": function_error})
        shard.batches.popleft()
    else:
        batch.wait()
    return True


def give_up(records, batch, mapping, record, condition, failure):
    destination = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if not destination:
        return
    config = record.get("config") or record
    qualifier = mapping.get("Qualifier")
    function_arn = config["FunctionArn"]
    if qualifier and not function_arn.endswith(f":{qualifier}"):
        function_arn = f"{':'.join(function_arn.split(':')[:7])}:{qualifier}"
    body = {
        "requestContext": {
            "requestId": batch.request_id,
            "functionArn": function_arn,
            "condition": condition,
            "approximateInvokeCount": batch.invocations,
        },
        **(
            {}
            if failure is None
            else {"responseContext": {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST"), **failure}}
        ),
        "version": "1.0",
        "timestamp": iso(time.time()),
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000000000000000000-00000000",
            "startSequenceNumber": sequence_number(records[0]),
            "endSequenceNumber": sequence_number(records[-1]),
            "approximateArrivalOfFirstRecord": iso(created_at(records[0])),
            "approximateArrivalOfLastRecord": iso(created_at(records[-1])),
            "batchSize": len(records),
            "streamArn": mapping["EventSourceArn"],
        },
    }
    send(destination, json.dumps(body), record)


def send(destination, body, record):
    role, session = decisions.function_role(record)
    if not decisions.role_may(role, session, decisions.send_action(destination), destination):
        return
    if parse_arn(destination).service == "sns":
        sns._fanout(destination, new_uuid(), body, "", "", {})
        return
    queue = sqs._queue_by_arn(destination)
    if queue is None:
        return
    now = time.time()
    message = {"id": new_uuid(), "body": body, "message_attributes": {}, "md5_attrs": "", "receipt_handle": None}
    message |= {"sent_at": now, "visible_at": now + sqs.queue_delay(queue), "receive_count": 0}
    sqs._ensure_msg_fields(message)
    queue["messages"].append(message)
    sqs.esm_wake.set()


def poll_mapping(mapping):
    source = mapping.get("EventSourceArn", "")
    try:
        spec = parse_arn(source)
    except ArnParseError:
        return False
    stream = lambda_svc._dynamodb_stream_table_from_arn_spec(spec) if spec.service == "dynamodb" else None
    table = dynamodb._tables.get(stream[0]) if stream else None
    record, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if not mapping.get("Enabled", True) or record is None or not table or table.get("LatestStreamArn") != source:
        return False
    name = stream[0]
    if mapping["UUID"] not in shards:
        trims = mapping.get("StartingPosition", "LATEST") == "TRIM_HORIZON"
        start = dynamodb.stream_start_position(name) if trims else dynamodb.stream_end_position(name)
        shards[mapping["UUID"]] = Shard(start)
    shard = shards[mapping["UUID"]]
    if not shard.batches:
        shard.position = max(shard.position, dynamodb.stream_start_position(name))
        read = dynamodb.stream_records_since(name, shard.position, int(mapping.get("BatchSize") or 100))
        shard.position += len(read)
        wanted = lambda_svc._apply_filter_criteria(read, mapping)
        if not wanted:
            return bool(read)
        shard.batches.append(Batch(wanted))
    return serve(shard, mapping, record)


def poll():
    """One pass over all mappings of streams. Returns whether any of them made progress."""
    got_on = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        tokens = _request_account_id.set(account), _request_region.set(region)
        try:
            got_on = poll_mapping(mapping) or got_on
        except Exception:
            logging.getLogger(__name__).exception("the mapping %s could not be served", mapping.get("UUID"))
        finally:
            _request_account_id.reset(tokens[0])
            _request_region.reset(tokens[1])
    return got_on


def refuse_fifo_destinations():
    create = lambda_svc._create_esm

    def created(data):
        destination = ((data.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or ""
        if destination.endswith(".fifo"):
            message = f"The destination {destination} must be a standard queue or a standard topic."
            return error_response_json("InvalidParameterValueException", message, 400)
        return create(data)

    lambda_svc._create_esm = created


def install():
    lambda_svc._poll_dynamodb_streams = poll
    refuse_fifo_destinations()
