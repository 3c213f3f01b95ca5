import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, PurgeQueueCommand } from "@aws-sdk/client-sqs";
import type { LocalStack } from "../../local/local-stack";
import { Client } from "../e2e/client";
import { until } from "../e2e/until";
import { INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { type Driver, drivePython, driveTypeScript } from "./driver";

const LIBRARIES: readonly (readonly [string, (stack: LocalStack) => Promise<Driver>])[] = [
  ["TypeScript", driveTypeScript],
  ["Python", (stack) => drivePython(stack, "sync")],
  ["Python with asyncio", (stack) => drivePython(stack, "async")],
];

interface Frame {
  readonly id?: string;
  readonly data: Data;
}
interface Data {
  readonly stream?: string;
  readonly index?: number;
  readonly text?: string;
  readonly end?: boolean;
}

/** The backend libraries against a running SUMU. */
export function describeLibraries(stack: () => LocalStack): void {
  describe.each(LIBRARIES)("the backend library in %s", (language, makeDriver) => {
    const clients: Client[] = [];
    let backend: Driver;
    beforeAll(async () => {
      backend = await makeDriver(stack());
    }, INSTALL_TIMEOUT_MILLISECONDS);
    afterAll(() => backend?.stop());
    afterEach(() => {
      for (const client of clients.splice(0)) client.terminate();
    });

    const user = (name: string) => `${name} in ${language}`;
    const connect = async (name: string, protocol?: string, token?: string) => {
      const { info, issuer } = stack();
      const client = await Client.connect(info.websocket_url, token ?? (await issuer.mint(user(name))), protocol);
      clients.push(client);
      return client;
    };

    it("notifies users on all their devices, and everyone but some", async () => {
      const [phone, laptop, bob] = [await connect("alice", "2"), await connect("alice", "2"), await connect("bob")];
      const id = await backend.call("notify", { users: [user("alice"), user("bob")], data: { text: 'é & "+"' } });
      await Promise.all([phone.received(1), laptop.received(1), bob.received(1)]);
      const [first] = phone.frames.map((frame) => JSON.parse(frame) as Frame);
      expect(first).toMatchObject({ type: "notification", id, data: { text: 'é & "+"' } });
      expect(laptop.frames.map((frame) => JSON.parse(frame) as Frame)).toEqual([first]);
      expect(bob.frames).toEqual(['{"text":"é & \\"+\\""}']);

      await backend.call("notifyEveryone", { data: "maintenance", id: "m-1", except: user("alice") });
      expect(await bob.received(2)).toEqual(['{"text":"é & \\"+\\""}', '"maintenance"']);
      await backend.call("notifyByOutputs", {
        outputs: JSON.stringify(stack().info),
        users: [user("alice")],
        data: "last",
      });
      await phone.received(2);
      expect(JSON.parse(phone.frames[1] ?? "")).toMatchObject({ data: "last" });
    });

    it("notifies the connections in a channel", async () => {
      const channel = `public:${language.replaceAll(" ", "-")}`;
      const [alice, bob] = [await connect("alice", "2"), await connect("bob", "2")];
      for (const client of [alice, bob])
        client.send(JSON.stringify({ action: "subscribe", id: "1", channels: [channel] }));
      for (const client of [alice, bob]) await client.frame((frame) => frame.includes('"subscribed"'));
      await backend.call("notifyChannel", { channels: channel, data: "for one", id: "c-1", except: user("bob") });
      await backend.call("notifyChannel", { channels: [channel], data: "for both", id: "c-2" });
      const frameOf = async (client: Client, data: string) =>
        JSON.parse(await client.frame((frame) => frame.includes(data))) as Frame;
      expect(await frameOf(alice, "for one")).toMatchObject({ id: "c-1", channel, data: "for one" });
      for (const client of [alice, bob]) {
        expect(await frameOf(client, "for both")).toMatchObject({ id: "c-2", channel, data: "for both" });
      }
      expect(bob.frames.filter((frame) => frame.includes("for one"))).toEqual([]);
    });

    it("puts the whole text of a stream into history, for a user who was away", async () => {
      const input = { users: user("erin"), options: { id: "away" }, pieces: ["one ", "two"], everyMilliseconds: 1 };
      expect(await backend.call("stream", input)).toEqual({ id: "away", streamed: 0, gone: 0, skipped: {} });
      await until("the whole text in history", () => hasHistory(stack(), `user:${user("erin")}`));
      const erin = await connect("erin", "2");
      erin.send(JSON.stringify({ action: "recover", id: "1", after: "0" }));
      const recovered = JSON.parse(await erin.frame((frame) => frame.includes('"away"'))) as Frame;
      expect(recovered).toMatchObject({ recovered: true, data: { stream: "away", text: "one two", end: true } });
    });

    it("sends a batch, and each of its notifications arrives", async () => {
      const alice = await connect("alice", "2");
      const calls = Array.from({ length: 25 }, (_, index) => [
        "notify",
        { users: user("alice"), data: index, id: `n-${index}` },
      ]);
      expect(await backend.call("batch", calls)).toBe(25);
      const idsOf = (frames: readonly string[]) => new Set(frames.map((frame) => (JSON.parse(frame) as Frame).id));
      await until("25 notifications", () => idsOf(alice.frames).size >= 25);
      expect(idsOf(alice.frames)).toEqual(new Set(calls.map((_, index) => `n-${index}`)));
    });

    it("names what a queue has not taken", async () => {
      const unsent = backend.call("notifyNowhere", { users: ["alice"], data: 1, id: "order-17" });
      await expect(unsent).rejects.toThrow(
        /^1 of 1 requests were not sent: order-17 \(.*(Queue)?DoesNotExist|NonExistentQueue/,
      );
    });

    it("knows who is online, and closes and revokes", async () => {
      const token = await stack().issuer.mint(user("carol"));
      const carol = await connect("carol", "2", token);
      const isOnline = () => backend.call("isOnline", { user: user("carol") });
      await until("carol to be online", async () => (await isOnline()) === true);
      expect(await backend.call("isOnline", { user: user("nobody") })).toBe(false);
      expect(await backend.call("presence", {})).toContainEqual({
        userId: user("carol"),
        status: "ONLINE",
        timestamp: expect.any(Number),
        version: expect.any(Number),
      });

      await backend.call("disconnect", { users: user("carol"), reason: "signed_out" });
      expect(await carol.closed).toBe(1000);
      expect(carol.frames).toEqual(['{"type":"disconnect","reason":"signed_out","reconnect":false}']);

      const again = await connect("carol", "2", token);
      await backend.call("revoke", { users: user("carol"), issuedBefore: Math.floor(Date.now() / 1_000) + 1 });
      expect(await again.closed).toBe(1000);
      expect(again.frames).toEqual(['{"type":"disconnect","reason":"revoked","reconnect":false}']);
      await expect(connect("carol", "2", token)).rejects.toThrow("refused with 403");
      await until("carol to be offline", async () => (await isOnline()) === false);
    });

    it("receives messages, each once, and leaves none in the queue", async () => {
      const QueueUrl = stack().info.messages.queue.url;
      await stack().aws.sqs.send(new PurgeQueueCommand({ QueueUrl }));
      const alice = await connect("alice");
      for (const message of ["a", "b", "c"]) alice.send(JSON.stringify({ action: "send", message }));
      const handled = (await backend.call("messages", { count: 3, failsOnce: ["b"] })) as { body: string }[];
      expect(handled.map(({ body }) => body).sort()).toEqual(["a", "b", "c"]);
      expect(handled[0]).toMatchObject({ userId: user("alice"), source: "apigw.route.send", presence: null });
      const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
      const { Attributes } = await stack().aws.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
      );
      expect(Attributes).toEqual({ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "0" });
    });

    it("streams 2,000 pieces to three clients in order, joined; the one that does not read gets the whole text", async () => {
      const stalled = await connect("dora");
      stalled.stopReading();
      await fillBuffer(stack(), user("dora"));
      const [bare, envelopes] = [await connect("dora"), await connect("dora", "2")];
      const pieces = Array.from({ length: 2_000 }, (_, index) => `${index} `);
      const options = { id: `s-${language.replaceAll(" ", "-")}`, data: { type: "answer" } };
      const call = { users: user("dora"), options, pieces, everyMilliseconds: 1 };
      const { skipped, ...result } = (await backend.call("stream", call)) as { readonly skipped: unknown };
      stalled.readAgain();
      expect(result).toEqual({ id: options.id, streamed: 2, gone: 0 });
      // The gateway's refusal. On a busy machine, the stream's patience may end before the gateway has answered.
      expect([{ LimitExceededException: 1 }, { slow: 1 }]).toContainEqual(skipped);

      const text = pieces.join("");
      const whole = { type: "answer", stream: options.id, text, end: true };
      const dataOf = (client: Client): Data[] =>
        client.frames
          .map((frame) => JSON.parse(frame) as Frame & Data)
          .map((frame) => (frame.stream === undefined ? frame.data : frame));
      for (const client of [bare, envelopes, stalled]) {
        await until("the whole text", () => dataOf(client).some((data) => data?.end === true));
        const streamed = dataOf(client).filter((data) => data?.stream === options.id);
        expect(streamed.at(-1)).toEqual(whole);
        const frames = streamed.slice(0, -1);
        expect(frames.map(({ index }) => index)).toEqual(frames.map((_, index) => index));
        expect(frames.map((frame) => frame.text).join("")).toBe(client === stalled ? "" : text);
        expect(frames.length).toBeLessThan(pieces.length / 5);
      }
      const ids = envelopes.frames
        .map((frame) => JSON.parse(frame) as Frame)
        .flatMap(({ id, data }) => (data.stream ? [id] : []));
      expect([ids[0], ids[1], ids.at(-1)]).toEqual([`${options.id}.0`, `${options.id}.1`, options.id]);
    });
  });
}

/** Whether a stream of the history has an entry. */
async function hasHistory({ info, aws }: LocalStack, stream: string): Promise<boolean> {
  const { Count = 0 } = await aws.dynamodb.send(
    new QueryCommand({
      TableName: info.connections_table.name.replace(/connections$/, "history"),
      KeyConditionExpression: "#s = :stream",
      ExpressionAttributeNames: { "#s": "stream" },
      ExpressionAttributeValues: { ":stream": { S: stream } },
      ConsistentRead: true,
    }),
  );
  return Count > 0;
}

/** Posts to a user's only connection until API Gateway's buffer for it is full. */
async function fillBuffer({ info, aws }: LocalStack, userId: string): Promise<void> {
  const api = new ApiGatewayManagementApiClient({
    endpoint: info.websocket_url.replace(/^ws/, "http"),
    region: info.region,
    credentials: aws.access.credentials,
    maxAttempts: 1,
  });
  const { Items = [] } = await aws.dynamodb.send(
    new QueryCommand({
      TableName: info.connections_table.name,
      KeyConditionExpression: "user_id = :user",
      ExpressionAttributeValues: { ":user": { S: userId } },
      ConsistentRead: true,
    }),
  );
  const ConnectionId = Items[0]?.connection_id?.S;
  const isFullFor = (bytes: number) =>
    api.send(new PostToConnectionCommand({ ConnectionId, Data: JSON.stringify("x".repeat(bytes)) })).then(
      () => false,
      ({ name }: Error) => name === "LimitExceededException",
    );
  // Large texts fill the buffers of the network, small ones what is left: then there is no room for a frame of a stream.
  for (const bytes of [120_000, 10_000, 1_000, 100, 10]) {
    while (!(await isFullFor(bytes)));
  }
  api.destroy();
}
