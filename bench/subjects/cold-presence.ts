import { connectionId, userId } from "../population";
import { reportCpu } from "./cold";

const { handler } = await import(process.argv[2] ?? "");
const record = {
  eventName: "INSERT",
  eventSource: "aws:dynamodb",
  dynamodb: { Keys: { user_id: { S: userId(7) }, connection_id: { S: connectionId(7) } }, SequenceNumber: "1" },
};
await handler({ Records: [record] }, { awsRequestId: "bench", getRemainingTimeInMillis: () => 60_000 });
reportCpu();
