import { PassThrough } from "node:stream";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { PurgeQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { CHECKS } from "../../tool/src/checks/checks";
import { type RunOptions, run } from "../../tool/src/run";
import type { Target } from "../../tool/src/target";
import { Client } from "../e2e/client";
import { BackendRole } from "../e2e/rights/backend-role";
import { until } from "../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { BREAKS, type Break } from "./breaks";
import { CALLS, CHECK_THAT_NEEDS, EACH_RIGHT, statementsOf } from "./rights";

const PUSHER = "local-sumu-pusher-codeless";

/** Without the time that the check took. */
const words = (line: string): string => line.replace(/ +\d+ ms {2}/, "  ");

describeWithLocalAws("the operator's tool", () => {
  let stack: LocalStack;
  let target: Target;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic", inputs: { presence_grace_seconds: 1 } });
    const { endpoint, region, credentials } = stack.aws.access;
    target = { prefix: "local", endpoint, region, credentials, websocketUrl: stack.info.websocket_url };
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  /** Starts a command. */
  function start(
    args: readonly string[],
    other: Partial<Target> = {},
    options: Pick<RunOptions, "token" | "input"> = {},
  ) {
    const lines: string[] = [];
    const said: string[] = [];
    const write = (line: string) => lines.push(line);
    const say = (line: string) => said.push(line);
    const ended = run(args, { target: async () => ({ ...target, ...other }), write, say, ...options });
    return { ended, lines, said };
  }
  async function sumu(...call: Parameters<typeof start>) {
    const { ended, ...output } = start(...call);
    return { exitCode: await ended, ...output };
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
    expect(lines.find((line) => line.includes("gateway"))).toMatch(
      /^ok {5}gateway {17} +\d+ ms {2}401 without a token, as it should be$/,
    );
    expect([exitCode, said]).toEqual([0, [`${CHECKS.length} checks: nothing is wrong.`]]);
  });

  it("doctor says in one line that there is no SUMU of this name", async () => {
    expect(await sumu(["doctor"], { prefix: "other" })).toEqual({
      exitCode: 2,
      lines: [],
      said: ["there is no SUMU with the prefix other in us-east-1: check --prefix, the region and the account"],
    });
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
    const [knock, ...told] = parts
      .filter(([source]) => source !== "authorizer-codeless")
      .map((part) => part.join(": "));
    // The first is doctor's, from the same address.
    expect(knock).toBe("access log: the connection was refused with 401 (from an address of this user)");
    expect(told).toEqual([
      "access log: the connection was refused with 403: token_expired (from an address of this user)",
      "access log: connected",
      "access log: delivered",
      "access log: gone: the connection was closed already (410)",
      "integration-notifications-dlq: dead letter: a notification was given up: malformed, `notification` has a member other than `to`, `except`, `id`, `keep`, `data`",
    ]);
    expect(parts).toContainEqual(["authorizer-codeless", "authorization_decided: deny, token_expired"]);
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
    expect(await sumu(["dead-letters", "redrive", queue])).toEqual({
      exitCode: 0,
      lines: [`0 sent again, 1 stay in ${queue}`],
      said: ["Those that stay would fail again. --reason <their reason> sends them nevertheless."],
    });
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

  describe("connect", () => {
    /** Connects as alice, types lines, and gives all that was printed when the connection has ended. */
    async function connect(args: readonly string[], options: { user?: string; type?: readonly string[] } = {}) {
      const { user = "alice", type = [] } = options;
      const input = new PassThrough();
      const token = await stack.issuer.mint(user);
      const started = start(["connect", ...args], {}, { input, token: async () => token });
      for (const line of type) input.write(`${line}\n`);
      return { ...started, input, token };
    }
    const CONNECTED = expect.stringMatching(
      /^Connected in \d+ ms\. Type a frame and press Enter, such as \{"action":"ping"\}\. Ctrl-D ends the connection\.$/,
    );

    it("prints frames, sends each typed line, joins channels, and ends with the input", async () => {
      const type = ['{"action":"ping"}', "", '{"action":"nonsense"}'];
      const { ended, lines, said, input } = await connect(["--subscribe", "room:42,secret"], { type });
      await until("three answers", () => lines.filter((line) => /pong|Forbidden|"subscribed"/.test(line)).length === 3);
      const subscribed = lines.find((line) => line.includes('"subscribed"')) ?? "";
      expect(JSON.parse(subscribed.slice(2))).toMatchObject({
        type: "subscribed",
        channels: ["room:42"],
        refused: [{ channel: "secret", reason: "not_allowed" }],
      });
      input.end();
      expect([await ended, said]).toEqual([0, [CONNECTED, "You ended the connection (1005)."]]);
    });

    it("says with which code and for which of SUMU's reasons the connection was closed", async () => {
      const { ended, lines, said } = await connect(["--protocol", "2"], { user: "dora" });
      await until("dora", async () => (await values("who", "dora")).length === 1);
      await sumu(["disconnect", "dora", "--reason", "signed_out"]);
      expect(await ended).toBe(1);
      expect(lines).toEqual(['< {"type":"disconnect","reason":"signed_out","reconnect":false}']);
      expect(said).toEqual([
        CONNECTED,
        'The connection was closed with 1000: SUMU or an operator closed it; SUMU\'s reason is signed_out; the gateway says "Connection Closed Normally".',
      ]);
    });

    it("prints with --json each event as a value, and ends after the time of --for", async () => {
      const { ended, lines, said } = await connect(["--json", "--for", "1s"], { type: ['{"action":"ping"}'] });
      expect([await ended, said]).toEqual([0, []]);
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        { event: "connected", milliseconds: expect.any(Number) },
        { event: "frame", at: expect.any(String), frame: expect.objectContaining({ type: "pong" }) },
        { event: "closed", code: 1005, reason: "", isOurs: true },
      ]);
    });

    it("takes the token from the first line of the standard input, and never prints it when it is refused", async () => {
      const expired = await stack.issuer.mint("alice", { expiresInSeconds: -60 });
      const input = new PassThrough();
      input.end(`${expired}\n`);
      const { exitCode, lines, said } = await sumu(["connect", "--token", "-"], {}, { input });
      expect([exitCode, lines]).toEqual([1, []]);
      expect(said).toEqual([
        expect.stringMatching(
          /^refused with 403: the authorizer refuses the token: "sumu token -" with the same token says why\n {6}→ "sumu why [\w=-]+" shows what the logs have$/,
        ),
      ]);
      expect(said.join()).not.toContain(expired.slice(0, 20));
    });
  });

  describe("probe", () => {
    it("notifies its own connection alone, and shows the time of each hop", async () => {
      const token = await stack.issuer.mint("prober");
      const bystander = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("alice"));
      const { exitCode, lines, said } = await sumu(["probe", "--user", "prober"], {}, { token: async () => token });
      const hops = lines.map((line) => /^ok {5}([a-z]+) +\d+ ms/.exec(line)?.[1]);
      expect(hops).toEqual(["handshake", "ping", "row", "queue", "frame", "pusher"]);
      expect(lines.at(-1)).toMatch(/from the queue to its start; then it worked \d+ ms$/);
      expect([exitCode, said.at(-1)]).toEqual([0, "6 hops: nothing is wrong."]);
      expect(bystander.frames).toEqual([]);
      await bystander.close();
    });

    it("sends nothing if the token is another user's than --user says", async () => {
      const token = await stack.issuer.mint("alice");
      expect(await sumu(["probe", "--user", "prober"], {}, { token: async () => token })).toEqual({
        exitCode: 2,
        lines: [],
        said: ["the token is not prober's, so prober would get a notification elsewhere"],
      });
    });

    it("ends at the first hop that fails, and says what to do", async () => {
      const token = await stack.issuer.mint("prober", { audience: "somebody-else" });
      const { exitCode, lines } = await sumu(["probe"], {}, { token: async () => token });
      expect([exitCode, lines.map(words)]).toEqual([
        1,
        [
          'WRONG  handshake  refused with 403: the authorizer refuses the token: "sumu token -" with the same token says why\n' +
            '       → "sumu doctor" checks the stack, "sumu token -" the token',
        ],
      ]);
    });
  });

  describe("with a role,", () => {
    let role: BackendRole;
    beforeAll(async () => {
      role = await BackendRole.create(stack.aws, "operator", statementsOf("connect"));
    });
    afterAll(async () => {
      await role.remove();
      for (const queue of [stack.info.messages.queue.url, `${stack.info.messages.queue.url}-dlq`]) {
        await stack.aws.sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
      }
    });

    /** Gives the role rights. A policy needs at least one statement, so it may also publish. */
    const allow = (...rights: Parameters<typeof statementsOf>) =>
      role.allow([...statementsOf(...rights), { Action: "sns:Publish", Resource: stack.info.messages.topic.arn }]);

    /**
     * Runs calls with the role, and gives every line that they print. There are two dead letters of their own for them: one
     * that a redrive sends, and one that stays.
     */
    async function withRole(calls: readonly (readonly string[])[]) {
      const QueueUrl = `${stack.info.messages.queue.url}-dlq`;
      await stack.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a letter" }));
      const MessageAttributes = { reason: { DataType: "String", StringValue: "malformed" } };
      await stack.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "another", MessageAttributes }));
      const token = await stack.issuer.mint("prober");
      const printed = new Set<string>();
      let exitCode = 0;
      for (const call of calls) {
        const args = call.map((word) => (word === "<token>" ? token : word));
        const result = await sumu(args, { credentials: role.credentials }, { token: async () => token });
        exitCode = Math.max(exitCode, result.exitCode);
        for (const line of [...result.lines, ...result.said].join("\n").split("\n")) printed.add(line);
      }
      return { exitCode, printed: [...printed] };
    }

    it.each(Object.keys(CALLS) as (keyof typeof CALLS)[])("%s needs no right but its own", async (command) => {
      await allow(command);
      const { exitCode, printed } = await withRole(CALLS[command]);
      expect([exitCode === 2, printed.filter((line) => /^\?|your role/.test(line))]).toEqual([false, []]);
    });

    it.each(EACH_RIGHT.map((right) => [right.command, right.action, right.on, right] as const))(
      "%s needs %s on its %s, and says so in one line if it is missing",
      async (command, action, on, right) => {
        await allow(command, right);
        const check = CHECK_THAT_NEEDS[action] ?? CHECK_THAT_NEEDS[`${action} ${on}`] ?? "none";
        const { exitCode, printed } = await withRole(command === "doctor" ? [["doctor", check]] : CALLS[command]);
        expect(printed.filter((line) => line.includes(`your role may not ${action}`))).toHaveLength(1);
        // A check and a hop say so in their own line.
        const isPart = command === "doctor" || (command === "probe" && !action.startsWith("lambda:"));
        expect(exitCode).toBe(isPart ? 1 : 2);
      },
    );
  });

  describe("doctor names what is wrong, and what to do:", () => {
    it("there is a break for each check", () => {
      expect(Object.keys(BREAKS).sort()).toEqual(CHECKS.map(({ id }) => id).sort());
    });

    const breaks = Object.entries(BREAKS).flatMap(([id, found]) =>
      [found].flat().map((one): [id: string, detail: string, Break] => [id, one.detail, one]),
    );

    it.each(breaks)("%s: %s", async (id, detail, { run: breakIt, target: other }) => {
      const repair = await breakIt(stack);
      const { exitCode, lines } = await sumu(["doctor", id], other);
      await repair?.();
      const advice = CHECKS.find((check) => check.id === id)?.advice;
      // The other tests have caused errors, too.
      const others = id === "recent-errors" ? `${PUSHER} malformed, 2 times\n       ` : "";
      const faults = `${others}${detail.replaceAll("; ", "\n       ")}`;
      expect(lines.map(words)).toEqual([`WRONG  ${id}  ${faults}\n       → ${advice}`]);
      expect(exitCode).toBe(1);
    });
  });
});
