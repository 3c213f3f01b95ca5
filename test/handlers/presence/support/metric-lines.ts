import { createHandler as createPresence } from "../../../../handlers/presence/create-handler";
import { type Reply, scriptedServer } from "../../support/scripted-server";
import { environmentFor } from "./environment";
import { streamEvent, streamRecord } from "./events";

/** A user who comes, and one who goes. */
export async function metricLines(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
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
