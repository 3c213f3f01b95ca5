import { DATA, userId } from "../population";
import { ask, measure } from "./subject";

/** The pusher's bundle as Lambda runs it, continuations and all: `node sumu.mjs <task> <bundle>`. */
const { handler } = await import(process.argv[3] ?? "");

const BATCH_SIZE = 10;

/** The attributes that SQS gives to a message which the pusher itself has sent. */
const CONTINUATION = { sumu_continuation: { dataType: "String", stringValue: "1" } };

async function invoke(bodies: readonly string[], messageAttributes = {}): Promise<void> {
  const end = Date.now() + 120_000;
  const response = await handler(
    {
      Records: bodies.map((body, index) => ({
        messageId: `059f36b4-87a3-44ab-83d2-66197504372${index}`,
        body,
        messageAttributes,
        eventSource: "aws:sqs",
      })),
    },
    { awsRequestId: "bench", getRemainingTimeInMillis: () => end - Date.now() },
  );
  if (response.batchItemFailures.length > 0) throw new Error("the pusher has reported failures");
}

/** Processes the messages, and everything that they put into the queue, until the queue is empty. */
async function deliver(bodies: readonly string[]): Promise<void> {
  await invoke(bodies);
  for (let queue = await ask("take"); queue.length > 0; queue = queue.length > 0 ? queue : await ask("take")) {
    await invoke(queue.splice(0, BATCH_SIZE), CONTINUATION);
  }
}

await measure(async ({ kind, connections, times }) => {
  if (kind === "single") {
    const body = JSON.stringify({ users: [userId(7)], data: DATA });
    for (let time = 0; time < times; time++) await invoke([body]);
  } else if (kind === "batch") {
    const each = connections / BATCH_SIZE;
    const bodies = Array.from({ length: BATCH_SIZE }, (_, batch) => {
      const users = Array.from({ length: each }, (_, index) => userId(batch * each + index));
      return JSON.stringify({ users, data: DATA });
    });
    await deliver(bodies);
  } else if (kind === "channel") {
    await deliver([JSON.stringify({ notification: { to: { channels: ["live-event"] }, data: DATA } })]);
  } else {
    await deliver([JSON.stringify({ data: DATA })]);
  }
});
