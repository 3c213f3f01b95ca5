import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { buildHandlers } from "../scripts/build-handlers";
import { ensureNode24 } from "../scripts/node24";
import { type EndpointFaults, type LocalAws, startLocalAws } from "./local-aws";
import { type Figures, type Task, WARM_UP_CONNECTIONS } from "./subjects/subject";

export type Subject = "sumu" | "sdk" | "floor" | "presence" | "control";
export type ColdSubject = "cold-sumu" | "cold-presence" | "cold-sdk" | "cold-floor" | "import";

export interface RunOptions {
  readonly faults?: EndpointFaults;
  /** The protocol of the clients. @default - bare notifications */
  readonly protocol?: number;
  /** Whether the function keeps history. @default false */
  readonly hasHistory?: boolean;
  /** Node's heap as Lambda sizes it for a function of so much memory. @default - as Node sizes it on this machine */
  readonly functionMebibytes?: number;
}

/** What a measured process reports, and what it has cost in DynamoDB. */
export interface LaboratoryFigures extends Figures {
  /** Units of DynamoDB. */
  readonly units: { readonly writes: number; readonly reads: number };
}

const HISTORY = { HISTORY_TABLE_NAME: "history", HISTORY_SECONDS: "3600" };

const CHANNELS = { SUBSCRIPTIONS_TABLE_NAME: "subscriptions" };

/** Everything that a measurement needs: the bundles, the subjects, Node 24 and the local AWS. */
export interface Laboratory {
  /** The `file:` URL of a handler's bundle. */
  bundle(handler: string): string;
  /** One warm measurement in its own process. Throws when a connection did not get its message. */
  run(subject: Subject, task: Task, options?: RunOptions): Promise<LaboratoryFigures>;
  /** CPU microseconds that a process has taken when it reports, from its start. */
  cold(subject: ColdSubject | "node", ...args: string[]): Promise<number>;
  close(): Promise<void>;
}

const SUBJECTS = [
  "sumu",
  "sdk",
  "floor",
  "presence",
  "control",
  "cold-sumu",
  "cold-presence",
  "cold-sdk",
  "cold-floor",
  "import",
];

/** The handler that a subject runs. @default - the pusher */
const HANDLER_OF: { readonly [subject in Subject]?: string } = { presence: "presence", control: "control" };

export async function openLaboratory(): Promise<Laboratory> {
  const execPath = await ensureNode24();
  const folder = await mkdtemp(path.join(tmpdir(), "sumu-bench-"));
  const aws = await startLocalAws();
  await Promise.all([
    buildHandlers(path.join(folder, "handlers")),
    buildSubjects(folder),
    writeFile(path.join(folder, "ca.pem"), aws.certificate),
  ]);
  const env = environment(aws.endpoint, path.join(folder, "ca.pem"));
  const bundle = (handler: string) => pathToFileURL(path.join(folder, "handlers", handler, "index.mjs")).href;

  return {
    bundle,
    run: async (subject, task, { faults, protocol, hasHistory = false, functionMebibytes } = {}) => {
      const script = path.join(folder, `${subject}.mjs`);
      aws.reset(Math.min(task.connections, WARM_UP_CONNECTIONS), faults, protocol);
      const child = fork(script, [JSON.stringify(task), bundle(HANDLER_OF[subject] ?? "pusher")], {
        execPath,
        execArgv: heapFlags(functionMebibytes),
        env: {
          ...env,
          ...(subject === "control" && CONTROL_ENVIRONMENT),
          ...(hasHistory && HISTORY),
          ...(task.kind === "channel" && CHANNELS),
        },
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      });
      const figures = await answer(child, aws, task);
      assertDelivered(subject, task, aws, faults);
      return { ...figures, units: { writes: aws.units.writes, reads: aws.units.reads } };
    },
    cold: (subject, ...args) => {
      aws.reset(1_000);
      const report = "const{user,system}=process.cpuUsage();require('fs').writeSync(3,String(user+system))";
      const argv = subject === "node" ? ["-e", report] : [path.join(folder, `${subject}.mjs`), ...args];
      return reported(spawn(execPath, argv, { env, stdio: ["ignore", "ignore", "inherit", "pipe"] }));
    },
    close: async () => {
      await aws.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Only for the control function: with these, the pusher would keep history. */
const CONTROL_ENVIRONMENT = {
  CONTROL_DLQ_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/control-dlq",
  HISTORY_TABLE_NAME: "history",
  HISTORY_SECONDS: "3600",
};

/** As the bootstrap of Lambda's Node.js runtimes sets them: a tenth for the young generation, which has two halves. */
function heapFlags(functionMebibytes: number | undefined): string[] {
  if (functionMebibytes === undefined) return [];
  const young = Math.floor(functionMebibytes / 10);
  return [`--max-semi-space-size=${Math.floor(young / 2)}`, `--max-old-space-size=${functionMebibytes - young}`];
}

async function buildSubjects(folder: string): Promise<void> {
  await build({
    entryPoints: SUBJECTS.map((name) => path.join(__dirname, "subjects", `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // The SDK and undici are CommonJS and need `require`, which an ES module does not have by itself.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
}

function environment(endpoint: string, certificateFile: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_EXTRA_CA_CERTS: certificateFile,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIDBENCH",
    AWS_SECRET_ACCESS_KEY: "bench",
    AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2VjE".padEnd(900, "x"),
    APIGW_ENDPOINT: `${endpoint}/live`,
    CONNECTIONS_TABLE_NAME: "connections",
    NOTIFICATIONS_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/notifications",
    NOTIFICATIONS_DLQ_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/notifications-dlq",
    // The other bundles need these when they are imported.
    AUTHORIZED_APIS: "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/live",
    JWT_ISSUER_JWKS_URI: `${endpoint}/jwks`,
    CONNECTIONS_TABLE: "connections",
    PRESENCE_TABLE: "presence",
    PRESENCE_SOURCE: "topic",
    PRESENCE_DLQ_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/presence-dlq",
    MESSAGES_TOPIC_ARN: "arn:aws:sns:eu-west-1:123456789012:messages",
    MESSAGES_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/messages",
  };
}

/** Answers the subject's questions until it reports its figures. */
function answer(child: ChildProcess, aws: LocalAws, { connections }: Task): Promise<Figures> {
  return new Promise((resolve, reject) => {
    child.on("message", (message: "reset" | "take" | "disconnect" | { figures: Figures }) => {
      if (typeof message === "object") {
        resolve(message.figures);
        return;
      }
      if (message === "reset") aws.fill(connections);
      if (message === "disconnect") aws.disconnect();
      child.send(aws.takeQueued());
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the measured process ended with exit code ${code}`)));
  });
}

function reported(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0 && text !== "") resolve(Number(text));
      else reject(new Error(`the measured process ended with exit code ${code}`));
    });
  });
}

function assertDelivered(
  subject: Subject,
  { kind, connections, times }: Task,
  aws: LocalAws,
  faults: EndpointFaults = {},
) {
  const { goneEvery = 0 } = faults;
  const gone = goneEvery === 0 ? 0 : Math.ceil(connections / goneEvery);
  // A recovery is one post for each notification, and its answer.
  const expected = kind === "single" ? times : kind === "recover" ? times * (connections + 1) : connections - gone;
  const sent = subject === "presence" ? aws.published : aws.delivered;
  if (sent !== expected || aws.deadLetters > 0) {
    throw new Error(`${subject} sent ${sent} of ${expected}, ${aws.deadLetters} dead letters`);
  }
}
