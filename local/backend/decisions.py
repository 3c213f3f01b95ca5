"""
What IAM says about a call, by the policies of MiniStack's roles, queues, topics and functions, and a report of every
decision.
"""

import contextvars
import json
import threading
import time

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, lambda_svc, sts

# The requests of one HTTP call that got a decision. It is a list, so that tasks which copy the context share it.
decided = contextvars.ContextVar("sumu_decided", default=None)

# Denials are reported again, because a policy may have changed meanwhile.
DENIAL_EVERY_SECONDS = 0.1

reported = {}
reported_lock = threading.Lock()


def report(kind, principal, action, resource="", sid="", explicit=False):
    """
    Writes a decision as a line on standard output for the parent: each decision once, and a denial again while it goes on.
    The line never has a payload.
    """
    decision = (kind, principal, action, resource, sid, explicit)
    before, now = reported.get(decision), time.monotonic()
    if before is not None and (kind != "denied" or now - before < DENIAL_EVERY_SECONDS):
        return
    with reported_lock:
        reported[decision] = now
        names = ("kind", "principal", "action", "resource", "sid", "explicit")
        print(f"SUMU_DECISION {json.dumps(dict(zip(names, decision)))}", flush=True)


def role_of(principal_arn):
    return principal_arn.split("/")[1] if ":assumed-role/" in principal_arn else principal_arn


def note(principal, action, resource, result):
    seen = decided.get()
    if seen is not None:
        seen.append(action)
    allowed = result.decision == "Allow"
    report(
        "allowed" if allowed else "denied", principal, action, resource, result.matched_sid, result.decision == "Deny"
    )
    return allowed


def context(principal_arn, action, resource, keys=None, principal_type="AssumedRole"):
    return iam_evaluator.EvalContext(
        principal_arn=principal_arn,
        principal_type=principal_type,
        principal_account=get_account_id() if principal_type == "AssumedRole" else "",
        action=action,
        resource_arn=resource,
        region=get_region(),
        source_ip="127.0.0.1",
        secure_transport=True,
        service_context=keys or {},
    )


def decide_for_role(role_arn, session, action, resource):
    """
    Allow, Deny or ImplicitDeny: whether a role may do something through a service, by its policies, its boundary and the
    resource's policy.
    """
    name, account = role_arn.rsplit("/", 1)[-1], get_account_id()
    ctx = context(f"arn:aws:sts::{account}:assumed-role/{name}/{session}", action, resource)
    limits = iam_evaluator._permissions_boundary(iam._roles, name, account)
    result = iam_evaluator.evaluate(ctx, iam_evaluator._gather_role_policies(name, account), *limits)
    service = action.split(":", 1)[0]
    found = iam_evaluator._resource_policy(service, resource) if service in ("sqs", "sns") else None
    if found is not None:
        result = iam_evaluator.combine_resource_policy(result, ctx, *found, limits=limits)
    note(name, action, resource, result)
    return result.decision


def role_may(role_arn, session, action, resource):
    return decide_for_role(role_arn, session, action, resource) == "Allow"


def service_may(policy, service, action, resource, source_arn):
    """Whether a resource's policy lets a service act for a resource of this account."""
    keys = {
        "aws:sourcearn": source_arn,
        "aws:sourceaccount": get_account_id(),
        "aws:sourceowner": get_account_id(),
    }
    ctx = context("*", action, resource, keys, "Service")
    result = iam_evaluator.evaluate_resource_policy(policy, ctx, service=service)
    return note(service, action, resource, result)


def trusts(role_arn, service, source_arn):
    role = iam._roles.get_scoped(get_account_id(), None, role_arn.rsplit("/", 1)[-1])
    return role is not None and service_may(
        role.get("AssumeRolePolicyDocument"), service, "sts:AssumeRole", role_arn, source_arn
    )


def may_invoke(function_arn, service, source_arn):
    found = lambda_svc.function_policy_for_arn(function_arn)
    return service_may(found[0] if found else None, service, "lambda:InvokeFunction", function_arn, source_arn)


def function_role(record):
    config = record.get("config") or record
    return config.get("Role", ""), config.get("FunctionName", "")


def session_of(access_key):
    return sts._sessions.get(access_key)


def send_action(target_arn):
    return "sqs:SendMessage" if target_arn.split(":")[2] == "sqs" else "sns:Publish"
