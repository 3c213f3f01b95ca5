import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import { SumuBackend } from "sumu-backend";
import { environmentLines } from "../../local/environment-lines";
import type { LocalStack } from "../../local/local-stack";
import { ensurePythonClients } from "../support/python-clients";
import { type Call, invoke, messageOf } from "./behaviour-list";

/** What a stream or a receiver is told. */
interface Work {
  readonly users: readonly string[];
  readonly options: object;
  readonly pieces: readonly string[];
  readonly everyMilliseconds: number;
  readonly count: number;
  readonly failsOnce?: readonly string[];
}

/** A backend library that is called the same in each language. */
export interface Driver {
  call(method: string, input: unknown): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** The variables that the guides tell the reader to set. */
function environment({ info }: LocalStack): Record<string, string> {
  const lines = environmentLines(info).matchAll(/export (\w+)='([^']*)'/g);
  return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
}

/** The TypeScript library, in this process. */
export async function driveTypeScript(stack: LocalStack): Promise<Driver> {
  const variables = environment(stack);
  const connections = new ApiGatewayManagementApiClient({
    endpoint: variables.CONNECTIONS_URL,
    region: stack.info.region,
    credentials: stack.aws.access.credentials,
    // The stream tries again by itself.
    maxAttempts: 1,
  });
  const sumu = SumuBackend.fromEnvironment({ ...stack.aws, connections }, variables);
  return {
    call: async (method, input) => {
      const work = input as Work;
      switch (method) {
        case "batch": {
          const batch = sumu.batch();
          for (const call of input as Call[]) invoke(batch, call);
          return batch.send();
        }
        case "presence": {
          const states: unknown[] = [];
          for await (const state of sumu.presence()) states.push(state);
          return states;
        }
        case "notifyByOutputs": {
          const { outputs, users, data } = input as { outputs: string; users: string[]; data: unknown };
          return SumuBackend.fromOutputs(outputs, stack.aws).notify(users, data);
        }
        case "notifyNowhere": {
          const { users, data, id } = input as { users: string[]; data: unknown; id: string };
          const notificationsQueueUrl = `${variables.NOTIFICATIONS_QUEUE_URL}-gone`;
          return new SumuBackend({ notificationsQueueUrl }, stack.aws).notify(users, data, { id });
        }
        case "messages":
          return receive(sumu, work);
        case "stream":
          return sumu.stream(work.users, work.options).send(paced(work));
        default:
          return invoke(sumu, [method, input as Call[1]]);
      }
    },
    stop: async () => connections.destroy(),
  };
}

async function* paced({ pieces, everyMilliseconds }: Work) {
  for (const piece of pieces) {
    await sleep(everyMilliseconds);
    yield piece;
  }
}

async function receive(sumu: SumuBackend, { count, failsOnce = [] }: Work): Promise<unknown[]> {
  const handled: unknown[] = [];
  const failing = new Set(failsOnce);
  const stop = new AbortController();
  await sumu.messages(
    (message) => {
      if (failing.delete(message.body)) throw new Error("out of stock");
      if (handled.push(messageOf(message)) === count) stop.abort();
    },
    { signal: stop.signal, retryAfterSeconds: 1, onError: () => {} },
  );
  return handled;
}

/** The Python library, in a process of its own. */
export async function drivePython(stack: LocalStack, kind: "sync" | "async"): Promise<Driver> {
  const python = await ensurePythonClients();
  const child = spawn(python, ["-B", path.join(__dirname, "drive_backend.py"), kind], {
    env: {
      PATH: process.env.PATH,
      ...environment(stack),
      PYTHONPATH: path.resolve(__dirname, "..", "..", "backend", "python"),
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  return new PythonDriver(child);
}

class PythonDriver implements Driver {
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(private readonly child: ChildProcess) {
    if (child.stdout === null) throw new Error("There is no output to read.");
    this.#lines = createInterface(child.stdout);
    this.#lines.on("line", (line) => this.#waiting.shift()?.(line));
    child.once("exit", () => {
      for (const resolve of this.#waiting.splice(0)) resolve('{"error":"the Python process has ended"}');
    });
  }

  async call(method: string, input: unknown): Promise<unknown> {
    const line = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.child.stdin?.write(`${JSON.stringify([method, input])}\n`);
    });
    const { value, error } = JSON.parse(line) as { value?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return value ?? undefined;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }
}
