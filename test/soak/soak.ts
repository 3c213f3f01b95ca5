import { setTimeout as sleep } from "node:timers/promises";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { seededRandom } from "../../support/seeded-random";
import { until } from "../e2e/until";
import { canFindProcesses } from "../support/processes";
import { Backends } from "./backends";
import { check } from "./check";
import { classify } from "./classify";
import { Device } from "./device";
import type { Fault } from "./fault";
import { type FaultProxy, startFaultProxy } from "./fault-proxy";
import { kill } from "./kill";
import { createLibraryClient } from "./library-client";
import { makePlan, type PlannedStep } from "./plan";
import { comparePresence } from "./presence";
import { countBacklog, countDeadLetters, shortenWaits } from "./queues";
import type { SoakEvent } from "./record";
import { createSmallClient } from "./small-client";
import { Sky } from "./weather";

export interface SoakOptions {
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
  readonly onStep?: (step: string) => void;
}

/** What happened, and what was wrong. */
export interface SoakResult {
  readonly options: SoakOptions;
  readonly counts: SoakCounts;
  readonly faults: readonly Fault[];
  /** With the time of each, in epoch milliseconds. */
  readonly events: readonly (SoakEvent & { readonly at: number })[];
}

type Counts = Record<string, number>;

/** By group. */
export interface SoakCounts {
  readonly sent: Readonly<Counts>;
  readonly killed: Readonly<Counts>;
  readonly calls: Readonly<Counts>;
  readonly clients: Readonly<Counts>;
  readonly [group: string]: Readonly<Counts>;
}

const HISTORY_SECONDS = 3_600;
/** The cursor of a client that was away for years. */
const ANCIENT_CURSOR = "1000000000000-0";
/** A guard against a wait that never ends, wide enough for a busy machine. */
const PATIENCE_MS = 1_800_000;
const PROGRESS_MS = 10_000;
const ARRIVING_AT_ONCE = 10;

/**
 * Runs clients and backends on a local SUMU while a seeded plan breaks everything that may break. Then the weather
 * clears, every client comes back once more, and the checker holds what the applications saw against what was sent.
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { onStep = () => {} } = options;
  const sky = new Sky(seededRandom(options.seed + 1));
  const proxies = await Promise.all([openProxy(sky), openProxy(sky)]);
  const [toAws, toGateway] = proxies;
  let stack: LocalStack | undefined;
  try {
    stack = await startLocalStack({
      functionsEndpoint: toAws.url,
      inputs: { history_seconds: HISTORY_SECONDS, apigw_endpoint: `${toGateway.url}/dev` },
      onStep,
    });
    toAws.upstream = stack.info.aws_endpoint_url;
    toGateway.upstream = new URL(stack.info.websocket_url.replace(/^ws/, "http")).origin;
    return await new Soak(options, stack, sky, toAws.url, onStep).run();
  } finally {
    await stack?.stop();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
}

const openProxy = (sky: Sky): Promise<FaultProxy> => startFaultProxy((call) => sky.fate(classify(call), Date.now()));

class Soak {
  readonly #events: SoakResult["events"][number][] = [];
  readonly #counts = { killed: {} as Counts, clients: {} as Counts, faults: {} as Counts, refused: {} as Counts };
  readonly #devices: readonly Device[];
  readonly #backends: Backends;
  readonly #random: () => number;
  readonly #users: number;

  constructor(
    private readonly options: SoakOptions,
    private readonly stack: LocalStack,
    private readonly sky: Sky,
    private readonly functionsEndpoint: string,
    private readonly onStep: (step: string) => void,
  ) {
    const { clients, seed } = options;
    this.#random = seededRandom(seed + 2);
    // Two users of three have a second device.
    this.#users = Math.ceil((clients * 3) / 5);
    this.#backends = new Backends(stack, userName, this.#write);
    this.#devices = Array.from({ length: clients }, (_, index) => this.#device(index));
  }

  async run(): Promise<SoakResult> {
    await shortenWaits(this.stack);
    const { seed, seconds, clients } = this.options;
    this.onStep("Letting the first clients come");
    await this.#bringOnline(this.#devices.filter((_, index) => !isLatecomer(index)));
    this.onStep(`Breaking things for ${seconds} s, seed ${seed}`);
    await this.#follow(makePlan({ seed, seconds, clients, users: this.#users }));
    this.sky.clear();
    this.onStep("Waiting until the backends and the queues are done");
    await this.#backends.idle();
    for (const device of this.#devices) device.open();
    await this.#untilNone("messages are in the queue", () => countBacklog(this.stack));
    this.onStep("Letting every client come back once more");
    await Promise.all(this.#devices.map((device) => device.close()));
    await this.#bringOnline(this.#devices);
    await this.#settle();
    this.onStep("Comparing presence");
    await this.#goHome();
    const deadLetters = await countDeadLetters(this.stack);
    await Promise.all(this.#devices.map((device) => device.close()));
    return { options: this.options, counts: this.#countAll(deadLetters), faults: this.#check(), events: this.#events };
  }

  #device(index: number): Device {
    // If one of the two alone has faults, the fault is in that client.
    const createClient = index % 4 === 0 ? createSmallClient : createLibraryClient;
    const kind = index % 4 === 0 ? "small" : "library";
    return new Device({
      app: `${userName(index % this.#users)}/${kind}-${index}`,
      user: userName(index % this.#users),
      url: this.stack.info.websocket_url,
      token: (user) => this.#mint(user),
      createClient,
      historySeconds: HISTORY_SECONDS,
      cursor: index % 20 === 19 ? ANCIENT_CURSOR : undefined,
      write: this.#write,
      count: (what) => this.#count("clients", what),
      countRefused: (why) => this.#count("refused", why),
    });
  }

  readonly #write = (event: SoakEvent): void => {
    // The same object: the id of a notification may come later.
    this.#events.push(Object.assign(event, { at: Date.now() }));
  };

  #count(group: "killed" | "clients" | "faults" | "refused", what: string, by = 1): void {
    this.#counts[group][what] = (this.#counts[group][what] ?? 0) + by;
  }

  /** One token in five ends soon, and its connection with it. */
  async #mint(user: string): Promise<string> {
    if (this.#random() >= 0.2) return this.stack.issuer.mint(user);
    this.#count("clients", "tokens that end soon");
    return this.stack.issuer.mint(user, { expiresInSeconds: 5 + Math.floor(this.#random() * 25) });
  }

  async #follow(plan: readonly PlannedStep[]): Promise<void> {
    const arrivals = this.#devices
      .filter((_, index) => isLatecomer(index))
      .map((device) => ({
        at: this.#random() * this.options.seconds * 700,
        run: async () => device.open(),
      }));
    const steps = plan.map(({ at, step }) => ({ at, run: () => this.#do(step) }));
    const begun = Date.now();
    for (const { at, run } of [...arrivals, ...steps].sort((one, other) => one.at - other.at)) {
      const waitMs = begun + at - Date.now();
      if (waitMs > 0) await sleep(waitMs);
      await run();
    }
    const restMs = begun + this.options.seconds * 1_000 - Date.now();
    if (restMs > 0) await sleep(restMs);
  }

  async #do(step: PlannedStep["step"]): Promise<void> {
    switch (step.kind) {
      case "send":
        return this.#backends.send(step);
      case "weather":
        return this.sky.begin(step, Date.now());
      case "kill":
        if (step.what !== "gateway" && !canFindProcesses) return;
        return this.#count("killed", step.what, await kill(step.what, this.stack, this.functionsEndpoint));
      default: {
        const device = this.#devices[step.client];
        if (device?.isOpen !== true) return;
        this.#count("faults", step.kind);
        device.suffer(step.kind, step.milliseconds);
      }
    }
  }

  /** Opens devices that are closed, and waits until each has recovered. */
  async #bringOnline(devices: readonly Device[]): Promise<void> {
    const before = new Map(devices.map((device) => [device, device.recoveries]));
    const isAway = (device: Device) => device.recoveries <= (before.get(device) ?? 0);
    // In groups: each handshake at the same time has an authorizer of its own, and each of these is a process.
    for (let from = 0; from < devices.length; from += ARRIVING_AT_ONCE) {
      const group = devices.slice(from, from + ARRIVING_AT_ONCE);
      for (const device of group) device.open();
      await this.#untilNone(
        "clients are not back",
        () => group.filter(isAway).length,
        () => devices.filter(isAway).length,
      );
    }
  }

  /** Says now and then how many there are. */
  async #untilNone(
    what: string,
    count: () => number | Promise<number>,
    tell: (left: number) => number = (left) => left,
  ): Promise<void> {
    let saidAt = Date.now();
    await until(
      `no more ${what}`,
      async () => {
        const left = await count();
        if (Date.now() > saidAt + PROGRESS_MS) {
          saidAt = Date.now();
          this.onStep(`  ${tell(left)} ${what}`);
        }
        return left === 0;
      },
      PATIENCE_MS,
    );
  }

  /** Waits for what may be on its way to a client. What is missing then is in the faults. */
  async #settle(): Promise<void> {
    await until("nothing to be missing", () => !this.#check().some(({ kind }) => kind === "missing"), 30_000).catch(
      () => {},
    );
  }

  /** Half of the users go. */
  async #goHome(): Promise<void> {
    const isHome = ({ user }: Device) => Number(user.slice(USER_PREFIX.length)) % 2 === 0;
    await Promise.all(this.#devices.filter(isHome).map((device) => device.close()));
    const isOnline = new Map(this.#devices.map((device) => [device.user, !isHome(device)]));
    await comparePresence(this.stack, isOnline, this.#write);
  }

  #check(): readonly Fault[] {
    const users = new Map(this.#devices.map(({ app, user }) => [app, user]));
    return check({ users, events: this.#events });
  }

  #countAll(deadLetters: number): SoakCounts {
    const { toUsers, toEveryone, unkept, doubled } = this.#backends.counts;
    const { through, slow, lost, ...statuses } = this.sky.counts;
    const { clients, refused } = this.#counts;
    return {
      sent: { "to users": toUsers, "to everyone": toEveryone, "of these not kept": unkept, "delivered again": doubled },
      killed: { ...this.#counts.killed },
      calls: { through, "answered 429": statuses[429], "answered 500": statuses[500], "answered 503": statuses[503] },
      "other calls": { "answer lost": lost, late: slow },
      clients: { ...clients, given: this.#events.filter(({ kind }) => kind === "given").length },
      "clients' faults": { ...this.#counts.faults },
      "handshakes refused": { ...refused },
      "dead letters": { "in all queues": deadLetters },
    };
  }
}

/** One client in four comes while things go wrong. */
const isLatecomer = (index: number): boolean => index % 4 === 3;

const USER_PREFIX = "user-";
const userName = (index: number): string => `${USER_PREFIX}${index}`;
