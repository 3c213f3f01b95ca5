import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate } from "node:timers/promises";
import {
  type Clock,
  type Message,
  messagesHandler,
  PresenceView,
  readMessage,
  type Settings,
  Stream,
  SumuBackend,
  type SumuError,
  settingsFromEnvironment,
  settingsFromOutputs,
  type UnsentError,
} from "sumu-backend";
import { SimulatedClock } from "../../support/simulated-clock";
import { BEHAVIOURS, type Call, type Case, expand, invoke, messageOf, type StreamCase } from "./behaviour-list";
import { awsError, ScriptedClient } from "./scripted-client";

const waits: number[] = [];
const clock: Clock = {
  now: () => BEHAVIOURS.now,
  after: (milliseconds, callback) => {
    waits.push(milliseconds);
    callback();
    return () => {};
  },
  random: () => 1,
};

/** A handler that fails for some messages, and what it has handled. */
function handlerFor({ fails = [], failsOnce = [], onErrorFails, doneFails }: Case) {
  const handled: Message[] = [];
  const errors: [string, string | undefined][] = [];
  const failing = new Set(failsOnce);
  const handler = async (message: Message) => {
    await setImmediate();
    if (fails.includes(message.id) || failing.delete(message.id)) throw new Error("out of stock");
    handled.push(message);
  };
  const onError = (error: unknown, id?: string) => {
    errors.push([(error as Error).message, id]);
    if (onErrorFails) throw new Error("the log is down");
  };
  const failIf = (method: "has" | "add") => {
    if (method === doneFails) throw new Error("the table of done messages is throttled");
    return false;
  };
  const done = { has: () => failIf("has"), add: () => failIf("add") };
  return { handled, errors, handler, options: { onError, ...(doneFails && { done }) } };
}

async function run(
  one: Case,
  client: ScriptedClient,
  { handler, options }: ReturnType<typeof handlerFor>,
  signal: AbortSignal,
) {
  let ids = 0;
  const clients = { sqs: client, dynamodb: client, connections: client };
  const settings = (one.settings ?? BEHAVIOURS.settings) as Settings;
  const sumu = new SumuBackend(settings, clients, { clock, newId: () => `new-${++ids}` });
  const [method, given] = one.do;
  const input = expand(given);
  switch (method) {
    case "batch":
    case "batchTwice": {
      const batch = sumu.batch();
      for (const call of input as Call[]) invoke(batch, call);
      if (method === "batchTwice") await batch.send().catch(() => {});
      return batch.send();
    }
    case "presence": {
      const states: unknown[] = [];
      for await (const state of sumu.presence(input as object)) states.push(state);
      return states;
    }
    case "view": {
      const view = new PresenceView();
      return (input as [string, number][]).map(([status, version]) => {
        const presence = { userId: "a", status: status as "ONLINE", timestamp: 1, version };
        return [view.apply({ presence }) !== undefined, view.isOnline("a")];
      });
    }
    case "messages":
      return sumu.messages(handler, { ...(input as object), signal, ...options });
    case "messagesHandler": {
      const handle = messagesHandler(handler, options);
      const answers: unknown[] = [];
      for (const event of input as object[]) answers.push(await handle(event));
      return answers;
    }
    case "read":
      return (input as object[]).map((raw) => messageOf(readMessage(raw)));
    case "fromOutputs":
      return settingsFromOutputs(input);
    case "fromEnvironment":
      return settingsFromEnvironment(input as Record<string, string>);
    case "isOnline":
      return sumu.isOnline((input as { user: string }).user);
    default:
      return invoke(sumu, [method, input as Call[1]]);
  }
}

const inTypeScript = (message: string) => message.replaceAll(/\{(\w+)\}/g, "$1");

const sendsOf = ({ calls }: ScriptedClient) =>
  calls
    .filter(([operation]) => operation === "SendMessageBatch")
    .map(([, input]) =>
      (input as { Entries: { MessageBody: string }[] }).Entries.map(({ MessageBody }) => MessageBody),
    );

const usersOf = (body: string): number => {
  const { notification, disconnect } = JSON.parse(body) as Record<string, { to?: { users: [] }; users?: [] }>;
  return (notification?.to?.users ?? disconnect?.users ?? []).length;
};

describe("the TypeScript backend library", () => {
  it.each(BEHAVIOURS.cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    waits.length = 0;
    const stop = new AbortController();
    const client = new ScriptedClient(one.answers ?? {}, () => stop.abort());
    const handling = handlerFor(one);
    const outcome = await Promise.resolve()
      .then(() => run(one, client, handling, stop.signal))
      .then(
        (value) => ({ value, error: undefined }),
        (error: SumuError) => ({ value: undefined, error }),
      );

    const { error } = outcome;
    expect(error && { name: error.name, code: error.code, message: error.message }).toEqual(
      one.error && { name: one.error.name, code: one.error.code, message: inTypeScript(one.error.message) },
    );
    if (one.error?.unsent) {
      const { unsent, sent } = error as UnsentError;
      expect([unsent.map(({ request }) => request.name), sent]).toEqual([one.error.unsent, one.error.sent]);
    } else if (one.error) {
      expect(client.calls).toEqual([]);
    }
    if ("returns" in one) expect(outcome.value).toEqual(one.returns);
    if (one.returnsEach) for (const value of outcome.value as unknown[]) expect(value).toEqual(one.returnsEach);

    const sends = sendsOf(client);
    if (one.bodies) expect(sends).toEqual(one.bodies);
    if (one.entries) expect(sends.map(({ length }) => length)).toEqual(one.entries);
    if (one.users) expect(sends.flat().map(usersOf)).toEqual(one.users);
    if (one.ids) expect(sends.map((bodies) => bodies.map((body) => JSON.parse(body).notification.id))).toEqual(one.ids);
    for (const body of sends.flat()) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(262_144);
    if (one.waits) expect(waits).toEqual(one.waits);
    if (one.calls) expect(client.calls).toEqual(one.calls);
    if (one.operations) expect(client.calls.map(([operation]) => operation)).toEqual(one.operations);
    if (one.handled) expect(handling.handled.map(messageOf)).toEqual(one.handled);
    if (one.handledIds) expect(handling.handled.map(({ id }) => id)).toEqual(one.handledIds);
    if (one.errorCount === undefined) expect(handling.errors).toEqual(one.errors ?? []);
    else expect(handling.errors).toHaveLength(one.errorCount);
  });
});

/** What a stream has posted and sent, and when, in simulated time. */
async function runStream(one: StreamCase) {
  const simulated = new SimulatedClock(0);
  const time: Clock = {
    now: () => simulated.now(),
    after: (milliseconds, callback) => simulated.after(milliseconds, callback),
    random: () => 1,
  };
  const posts: Record<string, [number, string][]> = {};
  const sent: [number, string][] = [];
  const errors: string[] = [];
  const { connections: known = [], connectionsError } = one;
  const left = new Map(known.map(({ id, errors = [] }) => [id, [...errors]]));

  const sqs = new ScriptedClient({});
  const sumu = new SumuBackend(
    BEHAVIOURS.settings as Settings,
    {
      sqs: {
        send: (async (command: { input: { Entries: { MessageBody: string }[] } }) => {
          sent.push(
            ...command.input.Entries.map(({ MessageBody }) => [simulated.now(), MessageBody] as [number, string]),
          );
          return (sqs.send as (command: unknown) => unknown)(command);
        }) as never,
      },
      dynamodb: {
        send: (async () => {
          if (connectionsError) throw awsError(...connectionsError);
          const Items = known.map(({ id, protocol }) => ({
            connection_id: { S: id },
            ...(protocol && { protocol: { N: String(protocol) } }),
          }));
          // A row of a connection that has ended already.
          return { Items: [...Items, { connection_id: { S: "ended" }, delete_at: { N: "0" } }] };
        }) as never,
      },
      connections: {
        send: (async ({ input }: { input: { ConnectionId: string; Data: Buffer } }) => {
          const { ConnectionId, Data } = input;
          const connection = known.find(({ id }) => id === ConnectionId);
          posts[ConnectionId] = [...(posts[ConnectionId] ?? []), [simulated.now(), Data.toString()]];
          await simulated.sleep(connection?.latency ?? 0);
          const error = left.get(ConnectionId)?.shift() ?? connection?.always;
          if (error !== undefined) throw awsError(error, 400);
        }) as never,
      },
    },
    { clock: time, newId: () => "new" },
  );
  const stream = sumu.stream("alice", {
    ...one.options,
    onError: (error) => {
      errors.push((error as Error).message);
      if (one.onErrorFails) throw new Error("the log is down");
    },
  });
  const at = (milliseconds: number) => simulated.sleep(milliseconds - simulated.now());
  const script = async () => {
    for (const [when, piece] of one.pieces) {
      await at(when);
      stream.write(expand(piece) as string);
    }
    const { rejectsPiece } = one;
    if (rejectsPiece !== undefined) expect(() => stream.write(rejectsPiece)).toThrow("at most 130560 fit");
    await at(one.endAt ?? one.cancelAt ?? 0);
    if (one.endAt !== undefined) return stream.end();
    stream.cancel();
    await at(10_000);
    return undefined;
  };
  const result = await simulated.drive(script());
  return { stream, posts, sent, errors, result };
}

describe("the TypeScript library's stream", () => {
  it.each(BEHAVIOURS.streams.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const { stream, posts, sent, errors, result } = await runStream(one);
    expect(stream).toBeInstanceOf(Stream);
    if (one.posts) expect(posts).toEqual(one.posts);
    if (one.lengths) {
      const lengthsOf = (frames: [number, string][]) => frames.map(([, frame]) => JSON.parse(frame).text.length);
      expect(Object.fromEntries(Object.entries(posts).map(([id, frames]) => [id, lengthsOf(frames)]))).toEqual(
        one.lengths,
      );
    }
    const wholes = one.endAt === undefined ? [] : [one.whole?.[0] ?? one.wholeAt];
    expect(sent.map(([when]) => when)).toEqual(wholes);
    if (one.whole) expect(sent).toEqual([one.whole]);
    expect(result).toEqual(one.result);
    expect(errors).toEqual(one.errors ?? []);
    if (one.after) expect(() => stream.write("late")).toThrow(one.after.write);
  });
});

describe("the TypeScript backend library, in a program with bad luck", () => {
  const settings = BEHAVIOURS.settings as Settings;

  it("says which client is missing, where no compiler does", async () => {
    for (const clients of [{}, undefined]) {
      const sumu = new SumuBackend(settings, clients as never, { clock });
      const sqs = (method: string) => `${method} needs an SQSClient: give it as sqs`;
      await expect(sumu.notify("alice", 1)).rejects.toThrow(sqs("sending"));
      await expect(sumu.batch().notify("alice", 1).send()).rejects.toThrow(sqs("sending"));
      await expect(sumu.messages(() => {})).rejects.toThrow(sqs("messages"));
      await expect(sumu.isOnline("alice")).rejects.toThrow("isOnline needs a DynamoDBClient: give it as dynamodb");
    }
  });

  it("names the error of the network, and not only that there was an error", async () => {
    // What the SDK rejects with is the error of Node.js's socket. In jest, the SDK does not know it for an Error.
    const send = () => once(connect(1, "127.0.0.1"), "connect");
    const sent = new SumuBackend(settings, { sqs: { send: send as never } }, { clock }).notify("alice", 1, { id: "a" });
    await expect(sent).rejects.toThrow("1 of 1 requests were not sent: a (ECONNREFUSED)");
  });

  it("names the type of a value that JSON does not have", async () => {
    const sumu = new SumuBackend(settings, { sqs: new ScriptedClient({}) }, { clock });
    await expect(sumu.notify("alice", { price: 5n })).rejects.toThrow(
      "data is not JSON: it has a value of type bigint. Use objects, lists,",
    );
    await expect(sumu.notify("alice", undefined)).rejects.toThrow("it has a value of type undefined");
  });
});
