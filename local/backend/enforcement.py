"""
The checks of AWS that MiniStack with AUTH=true lacks.

MiniStack evaluates the requests that reach it by HTTP. This module adds
- the trust policy of a role that a service and not a user assumes: MiniStack allows root to assume it for every service;
- checks of the calls that services make inside MiniStack: Lambda polls queues and streams, writes logs and sends failures
  with the rights of the function's role; API Gateway and SNS invoke functions by the function's policy;
- session secrets that nobody can compute: MiniStack derives the functions' secrets from their ARNs.
"""

import contextvars
import functools
import hashlib
import hmac
import json

import asynchronous_invocation
import queue_mapping
import stream_mapping
from decisions import context, function_role, may_invoke, note, role_may, role_of, session_of, trusts
from ministack.core import iam_evaluator, lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc, sns, sqs, sts

# AWS decides on these calls as the action for one message; MiniStack uses the call's own name.
ACTIONS_OF_BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:PublishBatch": "sns:Publish",
}

last_evaluation = contextvars.ContextVar("sumu_last_evaluation", default=None)


def observe_requests():
    """Reports what MiniStack decides on requests of roles."""
    evaluate, enforce = iam_evaluator.evaluate, iam_evaluator.enforce

    def evaluated(ctx, policies, *limits):
        result = evaluate(ctx, policies, *limits)
        # The first evaluation of a request is for the identity's own policies.
        if last_evaluation.get() is None:
            last_evaluation.set((ctx, result))
        return result

    def enforced(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        last_evaluation.set(None)
        iam_action = ACTIONS_OF_BATCHES.get(iam_action, iam_action)
        source = (session_of(access_key_id) or {}).get("SourceFunctionArn")
        keys = {**(service_context or {}), **({"lambda:SourceFunctionArn": source} if source else {})}
        denied = enforce(access_key_id, iam_action, service, region, resource_arn=resource_arn, service_context=keys)
        found = last_evaluation.get()
        if found is not None and ":assumed-role/" in found[0].principal_arn:
            ctx, result = found
            if isinstance(denied, iam_evaluator.EvalResult):
                result = denied
            elif result.decision != "Allow":
                # The identity policy does not decide, and the resource's own policy allows.
                result = iam_evaluator.EvalResult("Allow", ctx.principal_arn)
            note(role_of(ctx.principal_arn), iam_action, resource_arn, result)
        return denied

    iam_evaluator.evaluate, iam_evaluator.enforce = evaluated, enforced


def remember_policies():
    """Caches parsed policies: every request parses its role's policies again, and they seldom change."""
    parse = iam_evaluator.parse_policy_document
    remembered = functools.lru_cache(maxsize=512)(parse)
    iam_evaluator.parse_policy_document = lambda document: (
        remembered(document) if isinstance(document, str) else parse(document)
    )


def check_trust():
    """Root assumes a role only for the service that the session is named after."""
    evaluate_trust_policy = iam_evaluator.evaluate_trust_policy

    def checked(document, caller_arn, ctx=None):
        session = (ctx.service_context.get("sts:rolesessionname") or "") if ctx is not None else ""
        if caller_arn.endswith(":root") and session.endswith(".amazonaws.com"):
            # API Gateway sends neither aws:SourceArn nor aws:SourceAccount.
            service = context("*", ctx.action, ctx.resource_arn, {}, "Service")
            result = iam_evaluator.evaluate_resource_policy(document, service, service=session)
            return note(session, ctx.action, ctx.resource_arn, result)
        return evaluate_trust_policy(document, caller_arn, ctx)

    iam_evaluator.evaluate_trust_policy = checked


def give_functions_secret_sessions(run_secret):
    execution_credentials = lambda_runtime.execution_credentials

    def secret_credentials(config):
        credentials = execution_credentials(config)
        access_key = credentials["AWS_ACCESS_KEY_ID"]
        for name, member in (("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"), ("AWS_SESSION_TOKEN", "SessionToken")):
            value = hmac.new(run_secret.encode(), f"{member}:{access_key}".encode(), hashlib.sha256).hexdigest()
            credentials[name] = sts._sessions[access_key][member] = value
        # AWS gives each call of the function's own code this key. Pollers do not have it.
        unqualified = ":".join(config.get("FunctionArn", "").split(":")[:7])
        sts._sessions[access_key]["SourceFunctionArn"] = unqualified
        if not trusts(config.get("Role", ""), "lambda.amazonaws.com", config.get("FunctionArn", "")):
            # Without a session, every call of the function is refused. On AWS the function would not even start.
            sts._sessions.pop(access_key)
        return credentials

    lambda_runtime.execution_credentials = lambda_svc.execution_credentials = secret_credentials


def check_pollers():
    """If the function's role lacks a right, the event source mapping does not poll."""
    every_mapping = lambda_svc._iter_all_esms

    def permitted():
        for account, region, mapping in every_mapping():
            source = mapping.get("EventSourceArn", "")
            actions = {"sqs": queue_mapping.POLLING, "dynamodb": stream_mapping.POLLING}.get(source.split(":")[2], ())
            record, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
            if record is not None:
                role, session = function_role(record)
                # Check all of them, so that each missing right is reported.
                if not all([role_may(role, session, action, source) for action in actions]):
                    continue
            yield account, region, mapping

    lambda_svc._iter_all_esms = permitted


def check_logs():
    emit = lambda_svc._emit_lambda_logs

    def permitted(func, *args, **kwargs):
        config = func.get("config") or func
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
        stream = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{group}:log-stream:*"
        role, session = function_role(func)
        if all([role_may(role, session, action, stream) for action in ("logs:CreateLogStream", "logs:PutLogEvents")]):
            emit(func, *args, **kwargs)

    lambda_svc._emit_lambda_logs = permitted


def check_topics():
    """
    SNS invokes a function by the function's policy. If the policy does not allow it, SNS puts the message into the
    subscription's dead-letter queue. The invocation is asynchronous: two retries, then the function's failure destination.
    """

    def deliver(endpoint, envelope, topic_arn, sub_arn, *_rest):
        record, config, _name = lambda_svc._get_func_record_for_ref(endpoint)
        if record and config and may_invoke(endpoint, "sns.amazonaws.com", topic_arn):
            execution = lambda_svc._execution_record_for_config(record, {**config, "FunctionArn": endpoint})
            notification = asynchronous_invocation.sns_record(sub_arn, json.loads(envelope))
            lambda_svc.invoke_async_with_retry(execution, {"Records": [notification]})
            return
        topic = sns._topic_by_arn_any_scope(topic_arn) or {}
        subscription = next((one for one in topic.get("subscriptions", []) if one["arn"] == sub_arn), {})
        policy = (subscription.get("attributes") or {}).get("RedrivePolicy")
        if policy:
            sns._deliver_to_sqs(json.loads(policy)["deadLetterTargetArn"], envelope, False, envelope, topic_arn=topic_arn)

    sns._deliver_to_lambda = deliver
    allows = sqs.queue_policy_allows

    def noted(queue_arn, service, source_arn, source_account):
        allowed = allows(queue_arn, service, source_arn, source_account)
        decision = "Allow" if allowed else "ImplicitDeny"
        note(service, "sqs:SendMessage", queue_arn, iam_evaluator.EvalResult(decision))
        return allowed

    sqs.queue_policy_allows = noted


def check_failure_destinations():
    """Lambda sends failed events with the rights of the function's role."""

    def routed(target_arn, func_name, event, result):
        body = asynchronous_invocation.failure_record(event, result)
        stream_mapping.send(target_arn, json.dumps(body), lambda_svc._functions.get(func_name) or {})

    lambda_svc._route_async_failure = routed


def install(run_secret):
    remember_policies()
    observe_requests()
    check_trust()
    give_functions_secret_sessions(run_secret)
    check_pollers()
    check_logs()
    check_topics()
    asynchronous_invocation.use_settings_of_alias()
    check_failure_destinations()
