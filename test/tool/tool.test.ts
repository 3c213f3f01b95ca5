import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { PurgeQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { operate } from "../../src/access/operator-rights";
import { CHECKS } from "../../tool/src/checks/checks";
import { run } from "../../tool/src/run";
import type { Target } from "../../tool/src/target";
import { Client } from "../e2e/client";
import { BackendRole } from "../e2e/rights/backend-role";
import { until } from "../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { BREAKS } from "./breaks";

const AUTHORIZER = "local-sumu-authorizer-codeless";
const ACCOUNT = { partition: "aws", region: "us-east-1", accountId: "000000000000" };
const PUSHER = "local-sumu-pusher-codeless";

/** MiniStack evaluates a call of an alias on the function, and a read of a log group on its ARN without `:*`. */
const asMiniStackReads = (arn: string): string => arn.replace(/(:latest|:\*)$/, "");
/** MiniStack has one name for every call that has to do with concurrency. */
const asMiniStackNames = (action: string): string => action.replace("GetFunctionConcurrency", "PutFunctionConcurrency");

/** Without the time that the check took. */
const words = (line: string): string => line.replace(/ \(\d+ ms\)/g, "");

describeWithLocalAws("the operator's tool", () => {
  let stack: LocalStack;
  let target: Target;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic", inputs: { history_seconds: 3_600 } });
    const { endpoint, region, credentials } = stack.aws.access;
    target = { prefix: "local", endpoint, region, credentials, websocketUrl: stack.info.websocket_url };
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  async function sumu(args: readonly string[], other: Partial<Target> = {}) {
    const lines: string[] = [];
    const said: string[] = [];
    const write = (line: string) => lines.push(line);
    const say = (line: string) => said.push(line);
    const exitCode = await run(args, { target: async () => ({ ...target, ...other }), write, say });
    return { exitCode, lines, said };
  }
  const values = async (...args: readonly string[]) =>
    (await sumu([...args, "--json"])).lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const send = (request: unknown) =>
    stack.aws.sqs.send(
      new SendMessageCommand({ QueueUrl: stack.info.notifications.queue.url, MessageBody: JSON.stringify(request) }),
    );

  it("doctor finds nothing wrong with a fresh stack, and says how long each hop takes", async () => {
    const { exitCode, lines, said } = await sumu(["doctor"]);
    expect(lines.filter((line) => !line.startsWith("ok"))).toEqual([]);
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(CHECKS.map(({ id }) => id));
    expect(lines.find((line) => line.includes("gateway"))).toMatch(/^ok {4}gateway {17}401 \(\d+ ms\)$/);
    expect([exitCode, said]).toEqual([0, []]);
  });

  it("why tells a user's refused token, delivered, gone and dead-lettered notifications as one story", async () => {
    await expect(
      Client.connect(stack.info.websocket_url, await stack.issuer.mint("alice", { expiresInSeconds: -60 })),
    ).rejects.toThrow("refused with 403");
    const alice = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("alice"));
    const [{ connectionId } = {}] = await values("who", "alice");
    expect((await sumu(["notify", "alice", '{"secret":"tulips"}'])).exitCode).toBe(0);
    await alice.received(1);
    // The gateway reports what it has done a moment later: it must not be killed before.
    await until("the delivery", async () =>
      (await sumu(["why", "alice"])).lines.some((line) => / delivered /.test(line)),
    );

    // The gateway is gone and back: the connection has ended, and nobody has said so.
    process.kill(stack.gateway.pid, "SIGKILL");
    await alice.closed;
    await until("the gateway to be back", () => stack.gateway.ready().then(() => true));
    // A connection that is older than its handshake may take.
    const { aws, info } = stack;
    await aws.dynamodb.send(
      new UpdateItemCommand({
        TableName: info.connections_table.name,
        Key: { user_id: { S: "alice" }, connection_id: { S: String(connectionId) } },
        UpdateExpression: "SET connected_at = :old",
        ExpressionAttributeValues: { ":old": { N: String(Date.now() - 60_000) } },
      }),
    );
    await send({ users: ["alice"], data: { secret: "roses" } });
    await until("the row to go", async () => (await values("who", "alice")).length === 0);
    await send({ notification: { to: { users: ["alice"] }, data: { secret: "lilies" }, colour: "red" } });
    await until("the dead letter", async () => (await values("dead-letters", "list")).length === 1);
    const story = await until("the story", async () => {
      const { lines } = await sumu(["why", "alice"]);
      return lines.some((line) => line.includes("gone:")) && lines;
    });
    const parts = story.map((line) => /^\S+ {2}(.+?) {2,}(.+?)(?: {2}\[.*)?$/.exec(line)?.slice(1) ?? []);
    const [knock, ...told] = parts.filter(([source]) => source !== AUTHORIZER).map((part) => part.join(": "));
    // The first is doctor's, from the same address.
    expect(knock).toBe("access log: the connection was refused with 401 (from an address of this user)");
    expect(told).toEqual([
      "access log: the connection was refused with 403: token_expired (from an address of this user)",
      "access log: connected",
      "access log: delivered",
      "access log: gone: the connection was closed already (410)",
      "integration-notifications-dlq: dead letter: a notification was given up: malformed, `notification` has a member other than `to`, `except`, `id`, `keep`, `data`",
    ]);
    expect(parts).toContainEqual([AUTHORIZER, "authorization_decided: deny, token_expired"]);
    expect(story.join()).not.toMatch(/tulips|roses|lilies/);
  });

  it("token says who is admitted and why not, as the authorizer does, and never prints the token", async () => {
    const good = await stack.issuer.mint("alice");
    const expired = await stack.issuer.mint("alice", { expiresInSeconds: -60 });
    const foreign = await stack.issuer.mint("alice", { audience: "somebody-else" });
    expect(await values("token", good)).toEqual([
      { admitted: true, userId: "alice", endsAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
    expect(await values("token", expired)).toEqual([{ admitted: false, reason: "token_expired" }]);
    expect(await values("token", foreign)).toEqual([{ admitted: false, reason: "audience_mismatch" }]);
    expect(await values("token", `${good.slice(0, -8)}AAAAAAAA`)).toEqual([
      { admitted: false, reason: "signature_invalid" },
    ]);
    const { exitCode, lines, said } = await sumu(["token", expired]);
    expect([exitCode, said]).toEqual([1, []]);
    expect(lines.join()).not.toContain(expired.slice(0, 20));
  });

  it("dead-letters lists, shows and sends again, and prints no payload unless asked", async () => {
    const queue = "integration-notifications-dlq";
    expect(await values("dead-letters", "list")).toEqual([
      { queue, reason: "malformed", count: 1, oldest: expect.any(String) },
    ]);
    const [letter = {}] = await values("dead-letters", "show", queue);
    expect(letter).toMatchObject({ queue, reason: "malformed", kind: "notification", users: ["alice"] });
    expect(JSON.stringify(letter)).not.toContain("lilies");
    expect((await values("dead-letters", "show", queue, "--payload"))[0]?.body).toContain("lilies");
    // It would come back at once.
    expect(await values("dead-letters", "redrive", queue)).toEqual([{ sent: 0, kept: 1 }]);
    expect(await values("dead-letters", "redrive", queue, "--reason", "malformed")).toEqual([{ sent: 1, kept: 0 }]);
    await until("the letter to be back", async () => {
      const [back] = await values("dead-letters", "show", queue);
      return back !== undefined && back.messageId !== letter.messageId;
    });
    const { url } = stack.info.notifications.queue;
    await stack.aws.sqs.send(new PurgeQueueCommand({ QueueUrl: `${url}-dlq` }));
    expect((await sumu(["dead-letters", "redrive", "presence-dlq"])).said).toEqual([
      "the letters of presence-dlq cannot be sent again: name one of integration-notifications-dlq, integration-messages-dlq, presence-grace-dlq, control-dlq",
    ]);
  });

  it("disconnect closes a user's connections, and who no longer lists them", async () => {
    const bob = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("bob"));
    await until("bob", async () => (await values("who")).some(({ userId }) => userId === "bob"));
    expect((await sumu(["disconnect", "bob"])).exitCode).toBe(0);
    await bob.closed;
    await until("bob to be gone", async () => (await values("who", "bob")).length === 0);
    expect((await sumu(["who", "bob"])).said).toEqual(["Reading the connections of bob", "bob is not connected."]);
  });

  it.each([
    ["doctor", ["doctor"]],
    ["why", ["why", "alice"]],
    ["token", ["token", "no-token"]],
    ["tail", ["tail", "--for", "1s"]],
    ["who", ["who"]],
    ["who", ["who", "alice"]],
    ["dead-letters list", ["dead-letters", "list"]],
    ["dead-letters show", ["dead-letters", "show"]],
    ["dead-letters redrive", ["dead-letters", "redrive", "integration-messages-dlq"]],
    ["notify", ["notify", "nobody", "1"]],
    ["disconnect", ["disconnect", "nobody"]],
  ] as const)("%s needs no right but those that are granted for it: %j", async (command, args) => {
    const { statements } = operate(ACCOUNT, "local", stack.info.connections_table.arn, [command]);
    const rights = statements.flatMap(({ actions, resources }) =>
      resources.map((Resource) => ({ Action: actions.map(asMiniStackNames), Resource: asMiniStackReads(Resource) })),
    );
    const role = await BackendRole.create(stack.aws, "operator", rights);
    try {
      const { exitCode, lines, said } = await sumu(args, { credentials: role.credentials });
      expect(lines.filter((line) => line.startsWith("?"))).toEqual([]);
      expect([exitCode === 2, said.filter((line) => /Denied|Authoriz/.test(line))]).toEqual([false, []]);
    } finally {
      await role.remove();
    }
  });

  it("a role without the right gets no result, and learns where the rights are", async () => {
    const role = await BackendRole.create(stack.aws, "nobody", [
      { Action: "sns:Publish", Resource: stack.info.messages.topic.arn },
    ]);
    const { lines } = await sumu(["doctor", "queues"], { credentials: role.credentials });
    await role.remove();
    expect(lines).toEqual([
      expect.stringMatching(/^\? {5}queues .*\n {6}→ give your role the rights in docs\/operator-tool.md$/),
    ]);
  });

  describe("doctor names what is wrong, and what to do:", () => {
    it("there is a break for each check", () => {
      expect(Object.keys(BREAKS).sort()).toEqual(CHECKS.map(({ id }) => id).sort());
    });

    it.each(Object.entries(BREAKS))("%s", async (id, { run: breakIt, target: other, detail }) => {
      const repair = await breakIt(stack);
      const { exitCode, lines } = await sumu(["doctor", id], other);
      await repair?.();
      const advice = CHECKS.find((check) => check.id === id)?.advice;
      // The other tests have caused errors, too.
      const others = id === "recent-errors" ? `${PUSHER} malformed (2 times); ` : "";
      expect(lines.map(words)).toEqual([`WRONG ${id.padEnd(24)}${others}${detail}\n      → ${advice}`]);
      expect(exitCode).toBe(1);
    });
  });
});
