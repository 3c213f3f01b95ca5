import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { LocalStack } from "../../local/local-stack";
import { ensureNode24 } from "../../scripts/node24";
import { Client } from "../e2e/client";
import { BackendRole } from "../e2e/rights/backend-role";
import { until } from "../e2e/until";
import { INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { ensurePythonClients } from "../support/python-clients";

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, "..", "..");
const BACKENDS = path.join(ROOT, "examples", "backend");

const LANGUAGES = {
  TypeScript: async () => [await ensureNode24(), "--import", "tsx", path.join(BACKENDS, "typescript", "main.ts")],
  Python: async () => [await ensurePythonClients(), "-B", path.join(BACKENDS, "python", "main.py")],
} as const;

const CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"];
const SEND = ({ queue }: LocalStack["info"]["notifications"]) => ({ Action: ["sqs:SendMessage"], Resource: queue.arn });
const SUBSCRIBE = ["sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes"];

/** The rights of each command, as README.md of the examples lists them. */
const RIGHTS: {
  readonly [command: string]: (
    info: LocalStack["info"],
    ownQueue: string,
  ) => readonly { readonly Action: readonly string[]; readonly Resource: string }[];
} = {
  notify: ({ notifications }) => [SEND(notifications)],
  disconnect: ({ notifications }) => [SEND(notifications)],
  stream: ({ notifications, connections_table, region }) => [
    SEND(notifications),
    { Action: ["dynamodb:Query"], Resource: connections_table.arn },
    {
      Action: ["execute-api:ManageConnections"],
      Resource: `arn:aws:execute-api:${region}:000000000000:local/dev/POST/@connections/*`,
    },
  ],
  receive: ({ messages }, ownQueue) =>
    [messages.queue.arn, ownQueue].map((Resource) => ({ Action: CONSUME, Resource })),
  subscribe: ({ messages }, ownQueue) => [
    { Action: SUBSCRIBE, Resource: ownQueue },
    { Action: ["sns:Subscribe"], Resource: messages.topic.arn },
  ],
  presence: ({ presence_table }, ownQueue) => [
    { Action: CONSUME, Resource: ownQueue },
    { Action: ["dynamodb:Scan"], Resource: presence_table?.arn ?? "" },
  ],
};

interface Line {
  readonly userId?: string;
}

/** A command that runs until it is told to stop, and the lines of JSON that it has printed. */
class Running {
  readonly lines: Line[] = [];
  #errors = "";

  constructor(private readonly child: ChildProcess) {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      const complete = (text + chunk).split("\n");
      text = complete.pop() ?? "";
      this.lines.push(...complete.map((line) => JSON.parse(line) as Line));
    });
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#errors += chunk;
    });
  }

  /** Waits for so many lines about a user, and gives them: the queue and the table hold others' too. */
  about(user: string, count: number): Promise<readonly Line[]> {
    return until(`${count} lines about ${user}`, () => {
      const found = this.lines.filter(({ userId }) => userId === user);
      return found.length >= count && found;
    });
  }

  /** Asks it to end, then ends its poll by a message. @returns exit code and what it has said of errors */
  async stop(endPoll: () => Promise<unknown>): Promise<readonly [code: number | null, errors: string]> {
    const exited = once(this.child, "exit") as Promise<[number | null]>;
    this.child.kill("SIGTERM");
    await endPoll();
    const [code] = await exited;
    return [code, this.#errors];
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

/** The commands of examples/backend, as a reader would type them. */
export function describeBackends(stack: () => LocalStack): void {
  it("list the rights of each command that the tests run it with", async () => {
    const readme = await readFile(path.join(BACKENDS, "README.md"), "utf8");
    for (const [name, rights] of Object.entries(RIGHTS)) {
      const line =
        readme.split("\n").find((text) => text.startsWith(`| \`${name}\``) && /[a-z]:[A-Z]/.test(text)) ?? "";
      const actions = rights(stack().info, "").flatMap(({ Action }) => Action);
      expect({ name, missing: actions.filter((action) => !line.includes(action)) }).toEqual({ name, missing: [] });
    }
  });

  describe.each(Object.entries(LANGUAGES))("the backend in %s", (language, commandOf) => {
    const running: Running[] = [];
    const clients: Client[] = [];
    let command: readonly string[];
    beforeAll(async () => {
      command = await commandOf();
    }, INSTALL_TIMEOUT_MILLISECONDS);
    afterEach(() => {
      for (const one of running.splice(0)) one.kill();
      for (const client of clients.splice(0)) client.terminate();
    });

    const user = (name: string) => `${name}-${language}`;
    const roles = new Map<string, Promise<BackendRole>>();
    const roleOf = (name: string): Promise<BackendRole> => {
      const { aws, info } = stack();
      const ownQueue = `arn:aws:sqs:${info.region}:000000000000:own-${language}`;
      const role = roles.get(name) ?? BackendRole.create(aws, user(name), RIGHTS[name]?.(info, ownQueue) ?? []);
      roles.set(name, role);
      return role;
    };
    const env = async (name: string) => {
      const { info } = stack();
      const { credentials } = await roleOf(name);
      return {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: info.aws_endpoint_url,
        AWS_REGION: info.region,
        AWS_DEFAULT_REGION: info.region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
        NOTIFICATIONS_QUEUE_URL: info.notifications.queue.url,
        MESSAGES_QUEUE_URL: info.messages.queue.url,
        MESSAGES_TOPIC_ARN: info.messages.topic.arn,
        CONNECTIONS_TABLE_NAME: info.connections_table.name,
        CONNECTIONS_URL: info.websocket_url.replace(/^ws/, "http"),
        PYTHONPATH: path.join(ROOT, "backend", "python"),
        PRESENCE_TABLE_NAME: info.presence_table?.name,
      };
    };
    const options = async (name = "") => ({ cwd: ROOT, env: await env(name) });
    const backend = async (...args: string[]) => {
      const [file = "", ...rest] = [...command, ...args];
      return run(file, rest, await options(args[0]));
    };
    const start = async (...args: string[]): Promise<Running> => {
      const [file = "", ...rest] = [...command, ...args];
      const one = new Running(spawn(file, rest, { ...(await options(args[0])), stdio: ["ignore", "pipe", "pipe"] }));
      running.push(one);
      return one;
    };
    const connect = async (userId: string) => {
      const client = await Client.connect(stack().info.websocket_url, await stack().issuer.mint(userId));
      clients.push(client);
      return client;
    };
    const endPoll = (QueueUrl: string) => () =>
      stack().aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "end of the poll" }));

    it("notifies selected users and everybody, and streams", async () => {
      const [alice, bob] = await Promise.all([connect(user("alice")), connect(user("bob"))]);
      await backend("notify", user("alice"), '{"text":"é & \\"+\\""}');
      await alice.received(1);
      await backend("notify", "all", '"everybody"');
      await Promise.all([alice.received(2), bob.received(1)]);
      const { stdout } = await backend("stream", user("bob"), "one two three");
      const { id, ...result } = JSON.parse(stdout) as { id: string };
      expect(result).toEqual({ streamed: 1, gone: 0, skipped: {} });
      const whole = { type: "answer", stream: id, text: "one two three", end: true };
      await bob.frame((frame) => frame === JSON.stringify(whole));
      expect(alice.frames.map((frame) => JSON.parse(frame))).toEqual([{ text: 'é & "+"' }, "everybody"]);
      const [everybody, ...streamed] = bob.frames.map((frame) => JSON.parse(frame) as { text: string });
      expect(everybody).toBe("everybody");
      expect(
        streamed
          .slice(0, -1)
          .map(({ text }) => text)
          .join(""),
      ).toBe("one two three");
    });

    it("receives what clients send, and ends when it is told to", async () => {
      const alice = await connect(user("alice"));
      const { url } = stack().info.messages.queue;
      const receiving = await start("receive");
      alice.send('{"action":"send","message":{"order":4711}}');
      expect(await receiving.about(user("alice"), 1)).toEqual([
        { userId: user("alice"), source: "apigw.route.send", body: '{"order":4711}' },
      ]);
      expect(await receiving.stop(endPoll(url))).toEqual([0, ""]);
    });

    it("follows presence and published messages on a queue of its own", async () => {
      const sources = ["lambda.presence.watchdog", "apigw.route.publish"];
      const { stdout } = await backend("subscribe", `own-${language}`, ...sources);
      const { queueUrl } = JSON.parse(stdout) as { queueUrl: string };
      expect((await backend("subscribe", `own-${language}`, ...sources)).stdout).toBe(stdout);
      const carol = await connect(user("carol"));
      const following = await start("presence", queueUrl);
      const change = (status: string) => ({
        userId: user("carol"),
        status,
        version: expect.any(Number),
        timestamp: expect.any(Number),
      });
      // From the table or by the event, whichever comes first, and once.
      expect(await following.about(user("carol"), 1)).toEqual([change("ONLINE")]);
      await carol.close();
      const changes = await following.about(user("carol"), 2);
      expect(changes).toEqual([change("ONLINE"), change("OFFLINE")]);
      const [online, offline] = changes.map((line) => Number("version" in line ? line.version : undefined));
      expect(offline).toBeGreaterThan(online ?? Number.NaN);
      expect(await following.stop(endPoll(queueUrl))).toEqual([0, ""]);

      const receiving = await start("receive", queueUrl);
      const dave = await connect(user("dave"));
      dave.send('{"action":"publish","message":"hello"}');
      // ONLINE comes first, or the message.
      expect(await receiving.about(user("dave"), 2)).toContainEqual({
        userId: user("dave"),
        source: "apigw.route.publish",
        body: "hello",
      });
    });

    it("says what it needs when it is called wrongly", async () => {
      await expect(backend("notify", user("alice"))).rejects.toThrow("usage: main.");
      const [file = "", ...args] = [...command, "notify", "all", "1"];
      const withoutUrl = { ...(await env("notify")), NOTIFICATIONS_QUEUE_URL: "" };
      await expect(run(file, args, { cwd: ROOT, env: withoutUrl })).rejects.toThrow(
        "it is the output notifications.queue.url, or the variable NOTIFICATIONS_QUEUE_URL",
      );
    });
  });
}
