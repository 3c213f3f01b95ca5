import { connectionId, userId } from "../population";
import { ask, measure } from "./subject";

/** The presence watchdog's bundle as Lambda runs it on the stream: `node presence.mjs <task> <bundle>`. */
const { handler } = await import(process.argv[3] ?? "");

const BATCH_SIZE = 100;
const WARM_UP_USERS = 2_000;

async function invoke(eventName: "INSERT" | "REMOVE", indexes: readonly number[]): Promise<void> {
  const end = Date.now() + 60_000;
  const Records = indexes.map((index) => ({
    eventID: String(index),
    eventName,
    eventSource: "aws:dynamodb",
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1_000),
      Keys: { user_id: { S: userId(index) }, connection_id: { S: connectionId(index) } },
      SequenceNumber: String(index),
      StreamViewType: "KEYS_ONLY",
    },
  }));
  const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => end - Date.now() };
  const { batchItemFailures } = await handler({ Records }, context);
  if (batchItemFailures.length > 0) throw new Error("the watchdog has reported failures");
}

async function invokeAll(eventName: "INSERT" | "REMOVE", from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += BATCH_SIZE) {
    await invoke(
      eventName,
      Array.from({ length: Math.min(BATCH_SIZE, to - at) }, (_, index) => at + index),
    );
  }
}

await measure(
  ({ kind, connections }) => invokeAll(kind === "connect" ? "INSERT" : "REMOVE", 0, connections),
  async ({ kind, connections }) => {
    const end = connections + WARM_UP_USERS;
    if (kind === "connect") return invokeAll("INSERT", connections, end);
    await invokeAll("INSERT", 0, end);
    await ask("disconnect");
    await invokeAll("REMOVE", connections, end);
  },
);
