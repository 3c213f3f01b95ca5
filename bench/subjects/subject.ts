/** The task of a measured process. */
export interface Task {
  /**
   * `single`: one message to one user, again and again. `batch`: ten messages to so many users each. `connect` and
   * `disconnect`: stream records of so many users. `channel`: a notification to a channel of so many connections. `recover`: so many notifications for a client that was away.
   */
  readonly kind: "single" | "batch" | "broadcast" | "channel" | "connect" | "disconnect" | "recover";
  /** Connections in the table; of a batch, users of all its messages together. */
  readonly connections: number;
  /** How often, for `single` and `recover`. The other tasks run once. */
  readonly times: number;
}

/** The figures that it reports. */
export interface Figures {
  readonly cpuMicroseconds: number;
  readonly milliseconds: number;
  readonly peakMebibytes: number;
}

/** The task that the parent process has passed. */
const task = (): Task => JSON.parse(process.argv[2] ?? "");

/** Where the local AWS is. */
export const endpoint = (): string => process.env.AWS_ENDPOINT_URL ?? "";

/** Enough for the code to be compiled. */
export const WARM_UP_CONNECTIONS = 5_000;
const WARM_UP_TIMES = 3_000;

/** Requests in flight to the endpoint, of every subject. */
export const CONCURRENCY = 64;

/** Warms up (with a smaller task by default), measures the whole task, and reports to the parent process. */
export async function measure(
  work: (task: Task) => Promise<void>,
  warmUp: (whole: Task) => Promise<void> = (whole) => smaller(whole, work),
): Promise<void> {
  const whole = task();
  await warmUp(whole);
  await ask("reset");
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work(whole);
  const { user, system } = process.cpuUsage(before);
  const figures: Figures = {
    cpuMicroseconds: user + system,
    milliseconds: performance.now() - startedAt,
    peakMebibytes: process.resourceUsage().maxRSS / 1_024,
  };
  process.send?.({ figures }, () => process.exit());
}

async function smaller(whole: Task, work: (task: Task) => Promise<void>): Promise<void> {
  if (whole.kind !== "single") {
    return work({ ...whole, connections: Math.min(whole.connections, WARM_UP_CONNECTIONS) });
  }
  // Many at once, only because 3,000 one after the other would take a minute.
  const one = { ...whole, times: 1 };
  await eachAtOnce(Array.from({ length: WARM_UP_TIMES }), CONCURRENCY, () => work(one));
}

/** Asks the parent process, which has the table and the queue. `disconnect`: from now on nobody is connected. */
export function ask(question: "reset" | "take" | "disconnect"): Promise<string[]> {
  return new Promise((resolve) => {
    process.once("message", (answer) => resolve(answer as string[]));
    process.send?.(question);
  });
}

/** Calls `work` for each item, with a limited number of items at a time. */
export async function eachAtOnce<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : (items as Iterable<Item>)[Symbol.iterator]();
  const worker = async () => {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      await work(value);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
