import { SQSClient, SQSServiceException } from "@aws-sdk/client-sqs";
import { type Notification, send, toEverybody, toUsers, UnsentError } from "../../examples/backend/typescript/notify";

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}
type Answer = (entries: readonly Entry[]) => readonly object[];

/** A client whose calls are answered by the script, one after the other, and all after the last as it says. */
function scripted(...answers: readonly Answer[]): { readonly sqs: SQSClient; readonly batches: Entry[][] } {
  const batches: Entry[][] = [];
  const sqs = new SQSClient({ region: "eu-west-1" });
  sqs.send = (async ({ input }: { input: { Entries: Entry[] } }) => {
    const answer = answers[Math.min(batches.length, answers.length - 1)];
    batches.push(input.Entries);
    return { Failed: answer?.(input.Entries) };
  }) as typeof sqs.send;
  return { sqs, batches };
}

const taken: Answer = () => [];
const refuse =
  (id: string, SenderFault = false): Answer =>
  () => [{ Id: id, SenderFault, Code: SenderFault ? "InvalidMessageContents" : "InternalError" }];

const waits: number[] = [];
const options = { sleep: async (ms?: number) => void waits.push(ms ?? 0), random: () => 1 } as never;
beforeEach(() => waits.splice(0));

const numbered = (count: number): Notification[] =>
  Array.from({ length: count }, (_, index) => ({
    notification: { to: "everyone", data: index },
  }));
const bodies = (batch: readonly Entry[] = []) =>
  batch.map(({ MessageBody }) => JSON.parse(MessageBody).notification.data);

describe("the TypeScript sender", () => {
  it("sends ten notifications a call", async () => {
    const { sqs, batches } = scripted(taken);
    await send(sqs, "url", numbered(23), options);
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(batches.flatMap(bodies)).toEqual(numbered(23).map(({ notification: { data } }) => data));
  });

  it("keeps a call under 256 KiB", async () => {
    const { sqs, batches } = scripted(taken);
    await send(
      sqs,
      "url",
      Array.from({ length: 5 }, () => ({ notification: { to: "everyone" as const, data: "x".repeat(100_000) } })),
      options,
    );
    expect(batches.map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  it("sends again what SQS has refused of a batch, and nothing else", async () => {
    const { sqs, batches } = scripted(refuse("1"), refuse("0"), taken);
    await send(sqs, "url", numbered(3), options);
    expect(batches.map(bodies)).toEqual([[0, 1, 2], [1], [1]]);
    expect(waits).toEqual([100, 200]);
  });

  it("gives up after five tries, and says what was not sent", async () => {
    const { sqs, batches } = scripted(refuse("1"), refuse("0"));
    const failed = await send(sqs, "url", numbered(3), options).catch((error: unknown) => error);
    expect(failed).toEqual(new UnsentError(numbered(2).slice(1), ["InternalError"]));
    expect(batches).toHaveLength(5);
  });

  it("does not try again what is the sender's fault", async () => {
    const { sqs, batches } = scripted(refuse("2", true));
    await expect(send(sqs, "url", numbered(3), options)).rejects.toThrow(
      "1 notifications were not sent: InvalidMessageContents",
    );
    expect(batches).toHaveLength(1);
  });

  it("takes a call that has failed for a batch that was not sent", async () => {
    const fail = (error: Error): Answer => {
      return () => {
        throw error;
      };
    };
    const { sqs, batches } = scripted(fail(new Error("socket hang up")), taken);
    await send(sqs, "url", numbered(2), options);
    expect(batches.map(bodies)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    const denied = new SQSServiceException({ name: "AccessDenied", $fault: "client", $metadata: {} });
    await expect(send(scripted(fail(denied)).sqs, "url", numbered(2), options)).rejects.toThrow(
      "2 notifications were not sent: AccessDenied",
    );
  });

  it("splits a long list of users, and rejects an empty one, which would reach nobody", () => {
    const users = Array.from({ length: 2_001 }, (_, index) => `user-${index}`);
    const parts = toUsers(users, "hi");
    const named = parts.map(({ notification: { to } }) => (to === "everyone" ? [] : to.users));
    expect(named.map(({ length }) => length)).toEqual([1_000, 1_000, 1]);
    expect(named.flat()).toEqual(users);
    expect(() => toUsers([], "hi")).toThrow("no users: to reach everybody, call toEverybody");
    expect(toEverybody("hi", ["carol"])).toEqual({
      notification: { to: "everyone", except: { users: ["carol"] }, data: "hi" },
    });
  });
});
