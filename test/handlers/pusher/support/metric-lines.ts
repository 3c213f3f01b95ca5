import { createHandler as createPusher } from "../../../../handlers/pusher/create-handler";
import { queueEvent, queueRecord } from "../../presence/support/events";
import { fakeAws } from "../../support/fake-aws";

/**
 * A broadcast to connections of which one takes it, one is gone, one is throttled until the time is up, one refuses, and
 * a notification to a channel.
 */
export async function metricLines(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
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
