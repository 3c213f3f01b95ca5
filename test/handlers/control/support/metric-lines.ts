import { createHandler as createControl } from "../../../../handlers/control/create-handler";
import { cursorAt } from "../../../../src/contract/history";
import { environmentFor } from "../../presence/support/environment";
import { type Reply, scriptedServer } from "../../support/scripted-server";
import { record as controlRecord } from "./record";

/**
 * A recovery with a gap, one for which the history does not answer, a frame that is wrong, and a client that joins a
 * channel and may not join another, posts, and leaves.
 */
export async function metricLines(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
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
