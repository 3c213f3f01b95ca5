import { createHandler as createControl } from "../../../handlers/control/create-handler";
import { createHandler as createPresence } from "../../../handlers/presence/create-handler";
import { createHandler as createPusher } from "../../../handlers/pusher/create-handler";
import { cursorAt } from "../../../src/contract/history";
import { createAuthorizer, REFUSED, signedWith } from "../../handlers/authorizer/support/authorizer";
import { record as controlRecord } from "../../handlers/control/support/record";
import { environmentFor } from "../../handlers/presence/support/environment";
import { queueEvent, queueRecord, streamEvent, streamRecord } from "../../handlers/presence/support/events";
import { fakeAws } from "../../handlers/support/fake-aws";
import { type Reply, scriptedServer } from "../../handlers/support/scripted-server";
import { type EmittedMetric, emittedMetrics } from "../../support/embedded-metrics";

type Environment = Readonly<Record<string, string>>;

/** Lets each handler do everything that it counts, and returns the metrics that CloudWatch takes out of its log. */
export async function emittedByHandlers(environment: Environment): Promise<readonly EmittedMetric[]> {
  const lines = [
    ...(await authorizerLines(environment)),
    ...(await pusherLines(environment)),
    ...(await presenceLines(environment)),
    ...(await controlLines(environment)),
  ];
  return lines.flatMap(emittedMetrics);
}

/** Admits one token, and refuses for each reason that there is. */
async function authorizerLines(environment: Environment): Promise<readonly string[]> {
  const { handler, lines } = createAuthorizer({ environment });
  for (const event of [signedWith({}), ...Object.values(REFUSED)]) await handler(event, { awsRequestId: "request-1" });
  return lines;
}

/**
 * A broadcast to connections of which one takes it, one is gone, one is throttled until the time is up, one refuses, and
 * a notification to a channel.
 */
async function pusherLines(environment: Environment): Promise<readonly string[]> {
  const answers: Readonly<Record<string, number>> = { open: 200, gone: 410, busy: 429, full: 413 };
  const rows = Object.keys(answers).map((connection_id) => ({ user_id: "ann", connection_id, connected_at: 1 }));
  const channels = { "room:42": rows.slice(0, 1) };
  const aws = await fakeAws({ rows, channels, post: (id) => ({ status: answers[id] ?? 500 }) });
  const lines: string[] = [];
  const stdout = jest.spyOn(process.stdout, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  const pusher = createPusher({ ...aws.environment, SUBSCRIPTIONS_TABLE_NAME: "subscriptions", ...environment });
  const end = Date.now() + 3_000;
  const event = queueEvent(
    queueRecord({ messageId: "m-1", body: '{"data":1}' }),
    queueRecord({ messageId: "m-2", body: '{"notification":{"to":{"channels":["room:42"]},"data":1}}' }),
  );
  try {
    await pusher(event, { awsRequestId: "request-1", getRemainingTimeInMillis: () => end - Date.now() });
    return lines;
  } finally {
    stdout.mockRestore();
    pusher.close();
    await aws.close();
  }
}

/** A user who comes, and one who goes. */
async function presenceLines(environment: Environment): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const status of ["ONLINE", "OFFLINE"]) {
    const isComing = status === "ONLINE";
    const row = (version: number, now: string) => ({
      status: { S: now },
      version: { N: String(version) },
      changed_at: { N: "1" },
      announced: { N: String(version) },
    });
    const connection = (id: string) => ({ connection_id: { S: id }, connected_at: { N: "1" } });
    const replies: Readonly<Record<string, unknown>> = {
      GetItem: isComing ? {} : { Item: row(1, "ONLINE") },
      Query: {
        Count: isComing ? 1 : 0,
        ScannedCount: isComing ? 1 : 0,
        Items: isComing ? [connection("a"), connection("b")] : [],
      },
      UpdateItem: { Attributes: row(isComing ? 1 : 2, status) },
    };
    const server = await scriptedServer(
      ({ headers }): Reply => ({
        status: 200,
        body: JSON.stringify(replies[String(headers["x-amz-target"]).split(".")[1] ?? ""] ?? {}),
      }),
    );
    const presence = createPresence(
      {
        ...environmentFor(server.endpoint),
        APIGW_ENDPOINT: server.endpoint,
        MAX_CONNECTIONS_PER_USER: "1",
        ...environment,
      },
      { writeLog: (line) => lines.push(line) },
    );
    const record = streamRecord({ userId: "ann", sequenceNumber: "1", at: 1 });
    await presence(streamEvent(record), { awsRequestId: "request-1", getRemainingTimeInMillis: () => 2_500 });
    presence.close();
    await server.close();
  }
  return lines;
}

/**
 * A recovery with a gap, one for which the history does not answer, a frame that is wrong, and a client that joins a
 * channel and may not join another, posts, and leaves.
 */
async function controlLines(environment: Environment): Promise<readonly string[]> {
  const lines: string[] = [];
  const item = { cursor: { S: cursorAt(Date.now(), "a") }, id: { S: "m-1" }, data: { S: "1" } };
  const server = await scriptedServer(({ body, headers }): Reply => {
    if (String(headers["x-amz-target"]).endsWith(".GetItem")) {
      return { status: 200, body: JSON.stringify({ Item: { connected_at: { N: "1" } } }) };
    }
    if (body.includes("user:away")) return { status: 400, body: '{"__type":"AccessDeniedException"}' };
    const Items = body.includes("user:ann") ? [item] : [];
    return { status: 200, body: JSON.stringify({ Count: Items.length, Items }) };
  });
  const control = createControl(
    {
      ...environmentFor(server.endpoint),
      APIGW_ENDPOINT: server.endpoint,
      CONTROL_DLQ_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/control-dlq",
      HISTORY_TABLE_NAME: "history",
      HISTORY_SECONDS: "60",
      SUBSCRIPTIONS_TABLE_NAME: "subscriptions",
      CONNECTIONS_TABLE_NAME: "connections",
      NOTIFICATIONS_QUEUE_URL: `${server.endpoint}/123456789012/notifications`,
      ...environment,
    },
    { writeLog: (line) => lines.push(line) },
  );
  const frame = JSON.stringify({ id: "1", after: cursorAt(Date.now() - 86_400_000, "a") });
  const Records = [
    controlRecord("m-1", frame, { user_id: "ann" }),
    controlRecord("m-2", frame, { user_id: "away", connection_id: "c2" }),
    controlRecord("m-3", "no JSON", { connection_id: "c3" }),
    ...(
      [
        ["subscribe", '{"id":"1","channels":["room:42","secret"]}'],
        ["post", '{"id":"2","channel":"room:42","data":1}'],
        ["unsubscribe", '{"id":"3","channels":["room:42"]}'],
      ] as const
    ).map(([action, body]) => controlRecord(action, body, { action, connection_id: "c4", grants: "room:*;room:*" })),
  ];
  await control({ Records }, { awsRequestId: "request-1", getRemainingTimeInMillis: () => 60_000 });
  control.close();
  await server.close();
  return lines;
}
