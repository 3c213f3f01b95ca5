import type { SNSEvent, SQSEvent } from "aws-lambda";
import type { ConnectEvent } from "../../handlers/authorizer/connect-event";
import { KeyFetchError } from "../../handlers/authorizer/key-fetch-error";
import { createHandler as createPresence } from "../../handlers/presence/create-handler";
import { createHandler as createPusher } from "../../handlers/pusher/create-handler";
import { connectEvent } from "../../support/connect-event";
import { signToken } from "../../support/signing-key";
import { emittedMetrics } from "../support/embedded-metrics";
import { CLAIMS, createAuthorizer, NOW_SECONDS, REFUSED, rsa } from "./authorizer/support/authorizer";
import { environmentFor } from "./presence/support/environment";
import { queueEvent, queueRecord, streamEvent, streamRecord } from "./presence/support/events";
import { type FakeAwsOptions, fakeAws } from "./support/fake-aws";
import { type Reply, scriptedServer } from "./support/scripted-server";

/** What no line and no error may hold, in whatever a client, a backend or AWS says. */
const CANARY = "canary";
const USER = `${CANARY}-user`;
/** As AWS words its refusals: with what it was sent in them. */
const TALKATIVE: Reply = {
  status: 400,
  body: JSON.stringify({
    __type: "com.amazonaws.dynamodb.v20120810#ValidationException",
    message: `One or more parameter values were invalid: ${USER}`,
  }),
};

/** Lines and errors of a call, at level debug. Each line is one JSON object, and its metrics are well formed. */
async function said(lines: readonly string[], call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => "",
    // Lambda logs what a handler throws.
    (thrown: unknown) => JSON.stringify(thrown, Object.getOwnPropertyNames(thrown)) + String((thrown as Error).cause),
  );
  for (const line of lines) emittedMetrics(line);
  expect(lines.length + error.length).toBeGreaterThan(0);
  return lines.join("") + error;
}

describe("the pusher's log", () => {
  const now = Date.now();
  const row = { user_id: USER, connection_id: "c1", connected_at: now - 3_600_000, delete_at: now / 1_000 + 3_600 };
  const request = (over: object = {}) => JSON.stringify({ users: [USER], data: { text: `${CANARY}-text` }, ...over });
  const unheard = { call: (operation: string) => (operation === "SendMessageBatch" ? TALKATIVE : undefined) };

  const failures: readonly (readonly [string, string, Partial<FakeAwsOptions>])[] = [
    ["delivers", request(), {}],
    ["broadcasts", request({ users: [], exclude_users: [`${CANARY}-other`] }), {}],
    ["is handed no JSON", `${CANARY} {"data":`, {}],
    ["is handed no object", JSON.stringify([CANARY]), {}],
    ["is handed no data", JSON.stringify({ users: [USER], [CANARY]: 1 }), {}],
    ["is handed users that are no list", request({ users: USER }), {}],
    ["is handed a continuation that is none", request({ sumu_continuation: { attempt: CANARY } }), {}],
    ["is handed too large a payload", request({ data: CANARY.repeat(30_000) }), {}],
    ["is handed too large a payload, and the queue refuses it", request({ data: CANARY.repeat(30_000) }), unheard],
    ["may not read the table", request(), { call: (operation) => (operation === "Query" ? TALKATIVE : undefined) }],
    [
      "reads what is no JSON",
      request(),
      { call: (operation) => (operation === "Query" ? { status: 200, body: `{${CANARY}` } : undefined) },
    ],
    ["finds the connection gone", request(), { post: () => ({ status: 410, body: CANARY }) }],
    [
      "may not remove a connection that is gone",
      request(),
      {
        post: () => ({ status: 410 }),
        call: (operation) => (operation === "DeleteItem" ? TALKATIVE : undefined),
      },
    ],
    ["may not post", request(), { post: () => ({ status: 403, body: CANARY }) }],
    ["is throttled", request(), { post: () => ({ status: 429, body: CANARY }) }],
    ["is refused", request(), { post: () => ({ status: 418, body: CANARY }) }],
    ["meets a broken endpoint", request(), { post: () => ({ status: 500, body: CANARY }) }],
    ["meets a reset", request(), { post: () => "reset" }],
    ["is throttled, and the queue refuses what is left", request(), { post: () => ({ status: 429 }), ...unheard }],
  ];

  async function pushed(
    event: (body: string) => SQSEvent | SNSEvent,
    body: string,
    options: Partial<FakeAwsOptions>,
  ): Promise<string> {
    const lines: string[] = [];
    const stdout = jest.spyOn(process.stdout, "write").mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
    const aws = await fakeAws({ rows: [row], ...options });
    const pusher = createPusher({ ...aws.environment, LOG_LEVEL: "debug", AWS_SESSION_TOKEN: CANARY });
    const end = Date.now() + 600;
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => end - Date.now() };
    try {
      return await said(lines, pusher(event(body), context));
    } finally {
      stdout.mockRestore();
      pusher.close();
      await aws.close();
    }
  }

  const fromQueue = (body: string) => queueEvent(queueRecord({ messageId: "message-1", body }));
  const fromTopic = (body: string) =>
    ({
      Records: [{ EventSource: "aws:sns", Sns: { MessageId: "message-1", Message: body, Timestamp: "2026-01-02" } }],
    }) as unknown as SNSEvent;

  it.each(failures)("holds nothing of users, payloads and credentials when it %s", async (_, body, options) => {
    expect(await pushed(fromQueue, body, options)).not.toContain(CANARY);
    expect(await pushed(fromTopic, body, options)).not.toContain(CANARY);
  });
});

describe("the authorizer's log", () => {
  const claims = { ...CLAIMS, sub: USER, email: `${CANARY}@example.com` };
  const token = signToken(rsa, claims, {});
  const [header, payload, signature] = token.split(".");

  const requests: Readonly<Record<string, ConnectEvent>> = {
    ...REFUSED,
    admitted: connectEvent(token),
    "garbage for a token": connectEvent(`${CANARY}.${CANARY}.${CANARY}`),
    "an unknown key id": connectEvent(signToken(rsa, claims, { kid: `${CANARY}-key` })),
    "a broken payload": connectEvent(`${header}.${Buffer.from(`{"${CANARY}`).toString("base64url")}.${signature}`),
    "an expired token": connectEvent(signToken(rsa, { ...claims, exp: NOW_SECONDS - 1 })),
    "another audience": connectEvent(signToken(rsa, { ...claims, aud: CANARY })),
    "another issuer": connectEvent(signToken(rsa, { ...claims, iss: `https://${CANARY}.example` })),
    "a subject that is none": connectEvent(signToken(rsa, { ...claims, sub: `${CANARY}\n` })),
    "another stage": connectEvent(token, { methodArn: `arn:aws:execute-api:eu-west-1:123456789012:${CANARY}/x` }),
  };

  const documents: Readonly<Record<string, unknown>> = {
    "the issuer's keys": undefined,
    "a document that is none": { [CANARY]: CANARY },
    "no answer": new KeyFetchError("unreachable", "ENOTFOUND"),
    "a defect": new Error(`defect at https://${CANARY}.example`),
  };

  it.each(Object.keys(documents))("holds nothing of tokens and claims, with %s", async (name) => {
    for (const event of Object.values(requests)) {
      const { handler, lines } = createAuthorizer({ document: documents[name], environment: { LOG_LEVEL: "debug" } });
      const call = handler(event, { awsRequestId: "request-1" });
      // A defect of the fetch is thrown as it came; its words are not the client's.
      const log = await said(lines, name === "a defect" ? call.catch(() => undefined) : call);
      const sent = event.queryStringParameters?.authorization ?? "";
      const parts = sent.split(".").filter((part) => part.length > 8);
      for (const secret of [CANARY, String(payload), ...parts.map((part) => part.slice(0, 16))]) {
        expect(log).not.toContain(secret);
      }
    }
  });
});

describe("the presence watchdog's log", () => {
  const connected: Reply = { status: 200, body: JSON.stringify({ Count: 1, ScannedCount: 1 }) };
  const nothing: Reply = { status: 200, body: "{}" };
  const record = streamRecord({ userId: USER, sequenceNumber: "111", at: 1_795_507_200_000 });
  const { dynamodb } = record;
  const inserted = streamEvent(record);
  const only = (refused: string) => (target: string) =>
    target.includes(refused) ? TALKATIVE : target.includes("Query") ? connected : nothing;

  const failures: readonly (readonly [string, unknown, (target: string) => Reply])[] = [
    ["tells of a user until its time is up", inserted, only("nothing")],
    ["may not read the presence table", inserted, only("GetItem")],
    ["may not read the connections table", inserted, only("Query")],
    ["may not write the presence table", inserted, only("UpdateItem")],
    ["may not publish", inserted, only("Publish")],
    ["gets no answer", inserted, () => "silence"],
    ["meets a reset", inserted, () => "reset"],
    ["reads what is no JSON", inserted, () => ({ status: 200, body: `{${CANARY}` })],
    [
      "reads a row that is not its own",
      inserted,
      () => ({ status: 200, body: JSON.stringify({ Item: { status: { S: CANARY }, version: { N: "1" } } }) }),
    ],
    [
      "is handed a record without a user",
      streamEvent({ ...record, dynamodb: { ...dynamodb, Keys: { [CANARY]: { S: USER } } } }),
      only("nothing"),
    ],
    ["is handed a check that is none", queueEvent(queueRecord({ messageId: "m-1", body: CANARY })), only("nothing")],
    [
      "is handed a record without an identifier",
      streamEvent({ ...record, dynamodb: { ...dynamodb, SequenceNumber: undefined } }),
      only("nothing"),
    ],
    ["is handed an event that is neither", { Records: [{ eventSource: CANARY }], [USER]: USER }, only("nothing")],
    ["is handed no records", { [CANARY]: USER }, only("nothing")],
  ];

  it.each(failures)("holds nothing of users when it %s", async (_, event, answer) => {
    const server = await scriptedServer(({ headers, body }) =>
      answer(String(headers["x-amz-target"] ?? new URLSearchParams(body).get("Action"))),
    );
    const lines: string[] = [];
    const presence = createPresence(
      { ...environmentFor(server.endpoint), LOG_LEVEL: "debug", AWS_SESSION_TOKEN: CANARY },
      { writeLog: (line) => lines.push(line) },
    );
    const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 1_800 };
    try {
      expect(await said(lines, presence(event as never, context))).not.toContain(CANARY);
    } finally {
      presence.close();
      await server.close();
    }
  });
});
