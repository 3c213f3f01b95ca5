import { createHandler } from "../../../handlers/presence/create-handler";
import { scriptedServer } from "../support/scripted-server";
import { environmentFor } from "./support/environment";
import { streamEvent, streamRecord } from "./support/events";
import { ScriptedUser } from "./support/scripted-ports";
import { type DeviceStep, Simulation } from "./support/simulation";

const CONTEXT = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 60_000 };

const toggle = (device: number): DeviceStep => ({ type: "toggle", user: "alice", device });
const rest: DeviceStep = { type: "wait", milliseconds: 60_000 };
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

async function eventsOf(history: readonly DeviceStep[], seed: number): Promise<string[]> {
  const { published } = await new Simulation({ history, seed, parallelBatches: 4 }).run();
  return published.map(({ row }) => row.status);
}

/** Some hundred cases each, on a machine that may be busy. */
jest.setTimeout(60_000);

describe("the presence watchdog", () => {
  it("reports a record that fails, or makes it a dead letter, and settles the rest", async () => {
    const online = { status: { S: "ONLINE" }, version: { N: "1" }, changed_at: { N: "1" }, announced: { N: "1" } };
    const letters: unknown[] = [];
    const server = await scriptedServer(({ headers, body }) => {
      if (body.includes("carol")) return { status: 400, body: '{"__type":"AccessDeniedException"}' };
      if (headers["x-amz-target"] === "AmazonSQS.SendMessage") letters.push(JSON.parse(body).MessageBody);
      return { status: 200, body: JSON.stringify({ Item: online, Count: 1 }) };
    });
    const presence = createHandler(environmentFor(server.endpoint), { writeLog: () => undefined });
    const unreadable = streamRecord({ userId: "dave", sequenceNumber: "2", at: 0 });
    const response = await presence(
      streamEvent(
        streamRecord({ userId: "bob", sequenceNumber: "1", at: 0 }),
        { ...unreadable, dynamodb: { ...unreadable.dynamodb, Keys: undefined } },
        streamRecord({ userId: "carol", sequenceNumber: "3", at: 0 }),
        streamRecord({ userId: "bob", sequenceNumber: "4", at: 0 }),
      ),
      CONTEXT,
    );
    presence.close();
    await server.close();
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "3" }] });
    expect(letters).toEqual(['{"records":["2"]}']);
  });

  it("sends ONLINE for the first device alone", async () => {
    for (const seed of SEEDS) {
      expect(await eventsOf([toggle(0), toggle(1), rest, toggle(2)], seed)).toEqual(["ONLINE"]);
    }
  });

  it("sends OFFLINE once when two devices close together", async () => {
    for (const seed of SEEDS) {
      expect(await eventsOf([toggle(0), toggle(1), rest, toggle(0), toggle(1)], seed)).toEqual(["ONLINE", "OFFLINE"]);
    }
  });

  it("makes each read strongly consistent", async () => {
    const server = await scriptedServer(() => ({ status: 200, body: '{"Count":0}' }));
    const presence = createHandler(environmentFor(server.endpoint), { writeLog: () => undefined });
    await presence(streamEvent(streamRecord({ userId: "alice", sequenceNumber: "1", at: 0 })), CONTEXT);
    presence.close();
    await server.close();
    expect(
      server.requests.map(({ headers, body }) => [headers["x-amz-target"], JSON.parse(body).ConsistentRead]),
    ).toEqual([
      ["DynamoDB_20120810.GetItem", true],
      ["DynamoDB_20120810.Query", true],
    ]);
  });

  it("counts time in milliseconds, later with each event of a user", async () => {
    const user = new ScriptedUser();
    user.now = 1_795_507_200_123;
    user.connections = 1;
    await user.settle();
    user.connections = 0;
    await user.settle();
    expect(user.published.map(({ changedAt }) => changedAt)).toEqual([1_795_507_200_123, 1_795_507_200_124]);
  });
});
