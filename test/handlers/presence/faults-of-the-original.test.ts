import { createPresence } from "../../../handlers/presence/handler";
import { settleEvent } from "../../../handlers/presence/settle-event";
import { scriptedServer } from "../support/scripted-server";
import { environmentFor } from "./support/environment";
import { streamEvent, streamRecord } from "./support/events";
import { ScriptedUser } from "./support/scripted-ports";
import { type DeviceStep, Simulation } from "./support/simulation";

const toggle = (device: number): DeviceStep => ({ type: "toggle", user: "alice", device });
const rest: DeviceStep = { type: "wait", milliseconds: 60_000 };
const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

async function eventsOf(history: readonly DeviceStep[], seed: number): Promise<string[]> {
  const { published } = await new Simulation({ history, seed, parallelBatches: 4 }).run();
  return published.map(({ row }) => row.status);
}

/** What design.md, section 3, 4 says of the presence watchdog that this one replaces. */
describe("faults of the original presence watchdog", () => {
  it("swallowed every error: here a failing record reports itself, and the rest of its batch is done", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    const failures: unknown[] = [];
    const broken = streamRecord({ userId: "alice", sequenceNumber: "2", at: user.now });
    const response = await settleEvent(
      streamEvent(
        streamRecord({ userId: "bob", sequenceNumber: "1", at: user.now }),
        { ...broken, dynamodb: { ...broken.dynamodb, Keys: undefined } },
        streamRecord({ userId: "carol", sequenceNumber: "3", at: user.now }),
      ),
      {
        ports: {
          ...user.ports,
          publisher: {
            publish: async (userId, row) => {
              if (userId === "carol") throw new Error("the topic is throttled");
              await user.ports.publisher.publish(userId, row);
            },
          },
        },
        graceMilliseconds: 0,
        deadline: Number.POSITIVE_INFINITY,
        concurrency: 1,
        onFailure: (error) => failures.push((error as Error).message),
      },
    );
    // Bob and Carol share this one row, and Carol finds it settled: what fails is the record that names no user.
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
    expect(failures).toEqual(["stream record has no Keys.user_id.S"]);
  });

  it("sent ONLINE for each extra device: here one for the first", async () => {
    for (const seed of SEEDS) {
      expect(await eventsOf([toggle(0), toggle(1), rest, toggle(2)], seed)).toEqual(["ONLINE"]);
    }
  });

  it("sent OFFLINE twice when two devices closed together: here once", async () => {
    for (const seed of SEEDS) {
      expect(await eventsOf([toggle(0), toggle(1), rest, toggle(0), toggle(1)], seed)).toEqual(["ONLINE", "OFFLINE"]);
    }
  });

  it("read eventually consistent: here each read is strongly consistent", async () => {
    const server = await scriptedServer(() => ({ status: 200, body: '{"Count":0}' }));
    const presence = createPresence(environmentFor(server.endpoint), { writeLog: () => undefined });
    await presence(streamEvent(streamRecord({ userId: "alice", sequenceNumber: "1", at: 0 })), {
      awsRequestId: "request-1",
      getRemainingTimeInMillis: () => 60_000,
    });
    presence.close();
    await server.close();
    expect(
      server.requests.map(({ headers, body }) => [headers["x-amz-target"], JSON.parse(body).ConsistentRead]),
    ).toEqual([
      ["DynamoDB_20120810.GetItem", true],
      ["DynamoDB_20120810.Query", true],
    ]);
  });

  it("counted time in seconds: here in milliseconds, later with each event of a user", async () => {
    const user = new ScriptedUser();
    user.now = 1_795_507_200_123;
    user.connections = 1;
    await user.settle();
    user.connections = 0;
    await user.settle();
    expect(user.published.map(({ changedAt }) => changedAt)).toEqual([1_795_507_200_123, 1_795_507_200_124]);
  });
});
