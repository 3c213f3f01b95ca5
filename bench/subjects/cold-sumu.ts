import { DATA, userId } from "../population";
import { reportCpu } from "./cold";

const { handler } = await import(process.argv[2] ?? "");
const body = JSON.stringify({ users: [userId(7)], data: DATA });
await handler(
  { Records: [{ messageId: "1", body, eventSource: "aws:sqs" }] },
  { awsRequestId: "bench", getRemainingTimeInMillis: () => 120_000 },
);
reportCpu();
