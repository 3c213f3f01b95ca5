"""
MiniStack for one run of SUMU: it ends with the process that started it, and it answers only callers that know the run's secret.

MiniStack alone answers everybody, and its Lambda API runs code. So this guard in front of it refuses
- requests that a browser sends for a page: they have an Origin or Sec-Fetch-Site header, or (by DNS rebinding) a foreign Host;
- requests without a signature (Signature Version 4) by the run's secret or by a session that it has given: another user
  of this machine does not know these secrets.

The log of a function is complete when the function has answered (function_log.py).
With AUTH=true it enforces IAM (enforcement.py), runs the mappings of streams itself (stream_mapping.py), and those of queues as
AWS did (queue_mapping.py).
"""

import hashlib
import hmac
import json
import os
import shutil
import signal
import sys
import threading
from urllib.parse import parse_qs, quote, unquote
from xml.sax.saxutils import escape

# Functions inherit the environment, so values that only this process needs are removed from it.
HOST_NAMES = os.environ.pop("SUMU_HOST_NAMES").split(",")


def end_with_parent():
    """The parent has the other end of the standard input. It closes when the parent ends, for whatever reason."""
    sys.stdin.buffer.read()
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


class Refusal(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Guard:
    def __init__(self, app, secrets, host_names):
        """secrets: by access key id. host_names: the names that requests may use for this server, without a port."""
        self.app = app
        self.secrets = secrets
        self.host_names = host_names

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self.serve(scope, receive, send)
        else:
            # SUMU does not use MiniStack's WebSockets. A close before the accept answers the handshake with 403.
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def serve(self, scope, receive, send):
        headers = {}
        for name, value in scope["headers"]:
            key, text = name.decode("latin-1").lower(), sigv4.decode_header_value(value)
            headers[key] = f"{headers[key]},{text}" if key in headers else text
        try:
            self.refuse_browsers(headers)
            if (scope["method"], scope["path"]) == ("GET", "/_ministack/health"):
                await self.app(scope, receive, send)
                return
            secret = self.secret_of(headers)
            body = await read(receive)
            if body is None:
                return
            refuse_forgery(secret, scope, headers, body)
            if ENFORCES and scope["path"] == "/_sumu/authorize":
                await answer_json(send, authorize_call(self.require_root(headers), body))
                return
            if ENFORCES and "x-sumu-source-arn" in headers:
                self.require_root(headers)
                refuse_invocation(scope["path"], headers)
        except Refusal as refusal:
            await answer(send, refusal, headers)
            return
        if ENFORCES:
            await self.serve_enforced(scope, body, receive, send, headers)
        else:
            await self.app(scope, replay(body, receive), send)

    async def serve_enforced(self, scope, body, receive, send, headers):
        # This hop stays on the machine. It counts as TLS, as every connection of SUMU is in an account, unless the caller
        # says otherwise.
        protocol = b"http" if "x-sumu-without-tls" in headers else b"https"
        fields = [field for field in scope["headers"] if field[0].lower() != b"x-forwarded-proto"]
        seen = []
        decisions.decided.set(seen)
        await self.app(
            {**scope, "headers": [*fields, (b"x-forwarded-proto", protocol)]}, replay(body, receive), send
        )
        session = decisions.session_of(sigv4.parse_header_signature(headers).access_key_id)
        if session is not None and not seen:
            call = headers.get("x-amz-target") or f"{scope['method']} {scope['path']}"
            decisions.report("unevaluated", decisions.role_of(session["Arn"]), call)

    def require_root(self, headers):
        key = sigv4.parse_header_signature(headers).access_key_id
        if key not in self.secrets:
            raise Refusal("AccessDeniedException", "Only the run itself may ask that.")
        return key

    def refuse_browsers(self, headers):
        if "origin" in headers or "sec-fetch-site" in headers:
            raise Refusal("AccessDeniedException", "The local AWS does not answer web pages.")
        name = headers.get("host", "").rsplit(":", 1)[0].lower()
        if name not in self.host_names:
            raise Refusal("AccessDeniedException", f"The local AWS answers to {' and '.join(self.host_names)} only.")

    def secret_of(self, headers):
        if not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
            raise Refusal("MissingAuthenticationTokenException", f"The request is not signed. {ADVICE}")
        signature = sigv4.parse_header_signature(headers)
        if isinstance(signature, tuple):
            raise Refusal("IncompleteSignatureException", f"{signature[1]} {ADVICE}")
        secret = self.secrets.get(signature.access_key_id)
        session = decisions.session_of(signature.access_key_id) if ENFORCES else None
        if session is not None and hmac.compare_digest(
            headers.get("x-amz-security-token", "").encode(), session["SessionToken"].encode()
        ):
            secret = session["SecretAccessKey"]
        if secret is None:
            raise Refusal("UnrecognizedClientException", f"The access key is not that of this run. {ADVICE}")
        return secret


ADVICE = 'Use the credentials that "npm start" printed: eval "$(npm -s start -- --env)" sets them.'


def refuse_forgery(secret, scope, headers, body):
    signature = sigv4.parse_header_signature(headers)
    failure = sigv4.request_time_failure(signature) or sigv4.header_signature_failure(
        signature,
        secret,
        scope["method"],
        (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1"),
        parse_qs(scope["query_string"].decode("utf-8"), keep_blank_values=True),
        headers,
        body,
    )
    if failure is not None:
        raise Refusal("InvalidSignatureException", f"{failure[1]} {ADVICE}")
    claimed = headers.get("x-amz-content-sha256", "")
    if len(claimed) == 64 and claimed != hashlib.sha256(body).hexdigest():
        raise Refusal("InvalidSignatureException", "x-amz-content-sha256 is not the hash of the body.")


def refuse_invocation(path, headers):
    """A service invokes a function for one of its resources. The function's policy decides."""
    function_arn = unquote(path.split("/functions/", 1)[-1].rsplit("/invocations", 1)[0])
    service, source_arn = headers.get("x-sumu-service", ""), headers["x-sumu-source-arn"]
    if not decisions.may_invoke(function_arn, service, source_arn):
        raise Refusal("AccessDeniedException", f"{service} may not invoke {function_arn} for {source_arn}.")


def authorize_call(_root, body):
    """Says who signs with this key, and what their policies say about a call. The gateway asks it for @connections."""
    question = json.loads(body)
    session = decisions.session_of(question["accessKeyId"])
    if session is None:
        return {"known": False}
    role, name = session["Arn"].split("/")[1:3]
    decision = decisions.decide_for_role(role, name, question["action"], question["resource"])
    secret, token = session["SecretAccessKey"], session["SessionToken"]
    return {"known": True, "secretAccessKey": secret, "sessionToken": token, "arn": session["Arn"], "decision": decision}


async def answer_json(send, value):
    body = json.dumps(value).encode()
    fields = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def read(receive):
    """The whole body, or None when the client has disconnected."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def replay(body, receive):
    """Gives the body that was already read once more, then the messages after it."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message():
        return messages.pop() if messages else await receive()

    return next_message


async def answer(send, refusal, headers):
    # The query protocol (SNS) reads XML, the others JSON.
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        kind = b"text/xml"
        text = f"<Type>Sender</Type><Code>{refusal.code}</Code><Message>{escape(str(refusal))}</Message>"
        body = f"<ErrorResponse><Error>{text}</Error></ErrorResponse>".encode()
    else:
        kind = b"application/json"
        body = json.dumps({"__type": refusal.code, "message": str(refusal)}).encode()
    length = str(len(body)).encode()
    fields = [(b"content-type", kind), (b"content-length", length), (b"x-amzn-errortype", refusal.code.encode())]
    await send({"type": "http.response.start", "status": 403, "headers": fields})
    await send({"type": "http.response.body", "body": body})


threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = ["ministack"]
from ministack import app as ministack  # noqa: E402 (a slow import: the parent may end meanwhile)
from ministack.core import sigv4  # noqa: E402

# LOG_LEVEL has been read by now. Functions would inherit it, and their LOG_LEVEL has other levels.
del os.environ["LOG_LEVEL"]
# Without AUTH=true, functions sign with their account's number and the same secret.
run_secrets = {os.environ["AWS_ACCESS_KEY_ID"]: os.environ["AWS_SECRET_ACCESS_KEY"]}
ENFORCES = ministack.AUTH
# Python starts in isolated mode, which leaves this folder out of its path.
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import function_log  # noqa: E402

function_log.install()
if ENFORCES:
    import decisions  # noqa: E402
    import enforcement  # noqa: E402
    import queue_mapping  # noqa: E402
    import stream_mapping  # noqa: E402

    enforcement.install(os.environ["AWS_SECRET_ACCESS_KEY"])
    stream_mapping.install()
    queue_mapping.install()
ministack.app = Guard(ministack.app, run_secrets, HOST_NAMES)
ministack.main()
