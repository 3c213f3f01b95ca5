import { cursorAt } from "../../src/contract/history";
import { connectionId, userId } from "../population";
import { measure } from "./subject";

/** The control function's bundle as Lambda runs it on its queue: `node control.mjs <task> <bundle>`. */
const { handler } = await import(process.argv[3] ?? "");

const attribute = (stringValue: string) => ({ stringValue, dataType: "String" });

/** One frame of a client that was away for a minute. */
async function recover(index: number): Promise<void> {
  const end = Date.now() + 60_000;
  const frame = { action: "recover", id: String(index), after: cursorAt(Date.now() - 60_000, "bench") };
  const facts = {
    user_id: userId(index),
    connection_id: connectionId(index),
    timestamp: String(Date.now()),
    action: "recover",
    request_id: "J6x7eGbqIAMFwyg=",
    protocol: "2",
    expires_at: "0",
  };
  const record = {
    messageId: String(index),
    body: JSON.stringify(frame),
    messageAttributes: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, attribute(value)])),
  };
  const context = { awsRequestId: "bench", getRemainingTimeInMillis: () => end - Date.now() };
  const { batchItemFailures } = await handler({ Records: [record] }, context);
  if (batchItemFailures.length > 0) throw new Error("the control function has reported failures");
}

async function recoverAll(from: number, times: number): Promise<void> {
  for (let index = from; index < from + times; index++) await recover(index);
}

await measure(
  ({ times }) => recoverAll(0, times),
  ({ times }) => recoverAll(times, times),
);
