import type { PostResult } from "../../../handlers/aws/connections-api";
import { connections, SimulatedAws } from "../../../support/simulated-aws";

const KIB_128 = 128 * 1024;
const DATA = '{"n": 12345678901234567890, "text": "\\u00fc"}';

/** Connections of which every second speaks protocol 2. */
function mixed(count: number) {
  return connections(count).map((row, index) => ({ ...row, protocol: index % 2 === 1 ? 2 : undefined }));
}

function received() {
  const frames = new Map<string, string[]>();
  return {
    frames,
    onDelivered: (connectionId: string, data: string) => {
      frames.set(connectionId, [...(frames.get(connectionId) ?? []), data]);
    },
  };
}

const envelope = (id: string, data = DATA) => `{"type":"notification","id":${JSON.stringify(id)},"data":${data}}`;

describe("a notification to clients of both protocols", () => {
  it("is an envelope with the backend's id to one, and the bare data to the other, letter for letter", async () => {
    const { frames, onDelivered } = received();
    const aws = new SimulatedAws({ rows: mixed(4), onDelivered });
    await aws.invoke([`{"notification":{"to":"everyone","id":"a\\"b\\\\c","data":${DATA}}}`]);
    expect(Object.fromEntries(frames)).toEqual({
      "connection-0": [DATA],
      "connection-1": [envelope('a"b\\c')],
      "connection-2": [DATA],
      "connection-3": [envelope('a"b\\c')],
    });
  });

  it("has the same id in the parts of a broadcast, in each attempt, and when a dead letter is sent back", async () => {
    const { frames, onDelivered } = received();
    let answer: PostResult = 500;
    const aws = new SimulatedAws({
      rows: mixed(40),
      pageRows: 10,
      onDelivered,
      answer: (connectionId, tries) => (connectionId.endsWith("5") ? answer : tries === 1 ? 503 : 200),
    });
    await aws.invoke([`{"data":${DATA}}`]);
    await aws.drain();
    expect(aws.deadLetters.map(({ reason }) => reason)).toEqual([
      "server_error",
      "server_error",
      "server_error",
      "server_error",
    ]);
    answer = 200;
    await aws.invoke(aws.deadLetters);
    await aws.drain();
    expect(frames.size).toBe(40);
    const all = [...frames].map(([connection, texts]) => [Number(connection.split("-")[1]) % 2, ...texts]);
    expect(all.filter(([isNew]) => isNew === 0)).toEqual(Array(20).fill([0, DATA]));
    expect(all.filter(([isNew]) => isNew === 1)).toEqual(Array(20).fill([1, envelope("message-0")]));
  });
});

describe("the size of a notification", () => {
  /** Data of so many bytes. */
  const data = (bytes: number) => `"${"x".repeat(bytes - 2)}"`;
  const AROUND = envelope("i", "").length;

  it("counts the envelope, when the request has the new form", async () => {
    const request = (bytes: number) => `{"notification":{"to":"everyone","id":"i","data":${data(bytes)}}}`;
    const aws = new SimulatedAws({ rows: mixed(2) });
    expect(await aws.invoke([request(KIB_128 - AROUND), request(KIB_128 - AROUND + 1)])).toEqual(["done", "done"]);
    expect(aws.deadLetters.map(({ body, reason }) => [body, reason])).toEqual([
      [request(KIB_128 - AROUND + 1), "payload_too_large"],
    ]);
    expect([...aws.deliveries.values()]).toEqual([1, 1]);
  });

  it("keeps no old client from what fits without the envelope, when the request has the old form", async () => {
    const aws = new SimulatedAws({ rows: mixed(4) });
    expect(await aws.invoke([`{"data":${data(KIB_128)}}`])).toEqual(["done"]);
    expect([...aws.deliveries.keys()]).toEqual(["connection-0", "connection-2"]);
    expect(aws.deadLetters.map(({ reason }) => reason)).toEqual(["payload_too_large"]);
    expect(JSON.parse(aws.deadLetters[0]?.body ?? "").sumu_continuation.connections).toHaveLength(2);
    expect([...aws.posts.keys()]).toEqual(["connection-0", "connection-2"]);
  });
});

describe("a connection whose token ends", () => {
  const seconds = (aws: SimulatedAws, from: number) => aws.clock.now() / 1_000 + from;

  it("gets nothing that has waited in memory or in the queue until then, and is closed", async () => {
    const rows = connections(2);
    const aws: SimulatedAws = new SimulatedAws({
      rows: rows.map((row, index) => (index === 0 ? { ...row, endsAt: 1_767_225_603, deleteAt: 1_767_225_603 } : row)),
      answer: (_, tries) => (tries <= 7 ? 503 : 200),
    });
    expect(seconds(aws, 3)).toBe(1_767_225_603);
    await aws.invoke([JSON.stringify({ users: ["user-0"], data: 1 })]);
    await aws.drain();
    expect([...aws.deliveries]).toEqual([["connection-1", 1]]);
    expect([aws.closes, aws.removed, aws.deadLetters]).toEqual([["connection-0"], ["connection-0"], []]);
  });

  it("keeps its row when it cannot be closed, so that the next notification tries again", async () => {
    const rows = connections(1, { endsAt: 1_767_225_599, deleteAt: 1_767_225_599 });
    const aws = new SimulatedAws({ rows, closeAnswer: () => 500 });
    await aws.invoke([JSON.stringify({ data: 1 })]);
    await aws.invoke([JSON.stringify({ data: 1 })]);
    expect([aws.closes, aws.removed, aws.posts.size]).toEqual([["connection-0", "connection-0"], [], 0]);
    expect(aws.log.filter(({ code }) => code === "close_failed")).toHaveLength(2);
  });
});
