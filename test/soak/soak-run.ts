import { setTimeout as sleep } from "node:timers/promises";
import type { LocalStack } from "../../local/local-stack";
import { seededRandom } from "../../support/seeded-random";
import { until } from "../e2e/until";
import { canFindProcesses } from "../support/processes";
import { Backends } from "./backends";
import { check } from "./check";
import type { Fault } from "./fault";
import { Fleet } from "./fleet";
import { kill } from "./kill";
import { makePlan, type PlannedStep } from "./plan";
import { comparePresence } from "./presence";
import { untilNone } from "./progress";
import { countBacklog, countDeadLetters, shortenWaits } from "./queues";
import type { SoakEvent } from "./record";
import type { SoakCounts, SoakOptions, SoakResult } from "./result";
import { Tally } from "./tally";
import type { Sky } from "./weather";

/** A frame may be on its way when all queues are empty. */
const LAST_FRAMES_MS = 30_000;

export interface SoakRunPorts {
  readonly stack: LocalStack;
  readonly sky: Sky;
  /** Where the functions reach the local AWS. */
  readonly functionsEndpoint: string;
  readonly onStep: (step: string) => void;
}

/** One run on a stack: the clients come, things go wrong, the weather clears, and every client comes back. */
export class SoakRun {
  readonly #events: SoakResult["events"][number][] = [];
  readonly #tally = new Tally();
  readonly #fleet: Fleet;
  readonly #backends: Backends;

  constructor(
    private readonly options: SoakOptions,
    private readonly ports: SoakRunPorts,
  ) {
    const { clients, seed } = options;
    this.#fleet = new Fleet({ clients, seed, ...ports, write: this.#write, tally: this.#tally });
    this.#backends = new Backends(ports.stack, this.#fleet.userOf, this.#write);
  }

  async run(): Promise<SoakResult> {
    try {
      return await this.#run();
    } finally {
      // Clients that are open would connect again and again.
      await this.#fleet.close();
    }
  }

  async #run(): Promise<SoakResult> {
    const { seed, seconds, clients } = this.options;
    const { stack, sky, onStep } = this.ports;
    const fleet = this.#fleet;
    await shortenWaits(stack);
    onStep("Letting the first clients come");
    await fleet.bringOnline(fleet.firstComers);
    onStep(`Breaking things for ${seconds} s, seed ${seed}`);
    await this.#follow(makePlan({ seed, seconds, clients, users: fleet.users }));
    sky.clear();
    onStep("Waiting until the backends and the queues are done");
    await this.#backends.idle();
    for (const device of fleet.devices) device.open();
    await untilNone("messages are in the queue", () => countBacklog(stack), onStep);
    onStep("Letting every client come back once more");
    await fleet.close();
    await fleet.bringOnline(fleet.devices);
    // What is missing after that is a fault.
    const isComplete = () => !this.#check().some(({ kind }) => kind === "missing");
    await until("the last frames", isComplete, LAST_FRAMES_MS).catch(() => {});
    onStep("Comparing presence");
    await this.#goHome();
    const counts = this.#counts(await countDeadLetters(stack));
    return { options: this.options, counts, faults: this.#check(), events: this.#events };
  }

  readonly #write = (event: SoakEvent): void => {
    // The same object: the id of a notification may come later.
    this.#events.push(Object.assign(event, { at: Date.now() }));
  };

  async #follow(plan: readonly PlannedStep[]): Promise<void> {
    const endMs = this.options.seconds * 1_000;
    const random = seededRandom(this.options.seed + 3);
    const arrivals = this.#fleet.latecomers.map((device) => ({
      at: random() * endMs * 0.7,
      run: async () => device.open(),
    }));
    const steps = plan.map(({ at, step }) => ({ at, run: () => this.#do(step) }));
    const end = { at: endMs, run: async () => {} };
    const begun = Date.now();
    for (const { at, run } of [...arrivals, ...steps, end].sort((one, other) => one.at - other.at)) {
      const waitMs = begun + at - Date.now();
      if (waitMs > 0) await sleep(waitMs);
      await run();
    }
  }

  async #do(step: PlannedStep["step"]): Promise<void> {
    const { stack, sky, functionsEndpoint } = this.ports;
    switch (step.kind) {
      case "send":
        return this.#backends.send(step);
      case "weather":
        return sky.begin(step, Date.now());
      case "kill":
        if (step.what !== "gateway" && !canFindProcesses) return;
        return this.#tally.add("killed", step.what, await kill(step.what, stack, functionsEndpoint));
      default: {
        const device = this.#fleet.devices[step.client];
        if (device?.isOpen !== true) return;
        this.#tally.add("clients' faults", step.kind);
        device.suffer(step.kind, step.milliseconds);
      }
    }
  }

  /** Half of the users go. */
  async #goHome(): Promise<void> {
    const { devices, users, userOf } = this.#fleet;
    const goHome = new Set(
      Array.from({ length: users }, (_, index) => index)
        .filter((index) => index % 2 === 0)
        .map(userOf),
    );
    await this.#fleet.close(devices.filter(({ user }) => goHome.has(user)));
    const isOnline = new Map(devices.map(({ user }) => [user, !goHome.has(user)]));
    await comparePresence(this.ports.stack, isOnline, this.#write);
  }

  #check(): readonly Fault[] {
    return check({ users: new Map(this.#fleet.devices.map(({ app, user }) => [app, user])), events: this.#events });
  }

  #counts(deadLetters: number): SoakCounts {
    const { toUsers, toEveryone, unkept, doubled } = this.#backends.counts;
    const { through, slow, lost, ...statuses } = this.ports.sky.counts;
    const { killed, clients, ...others } = this.#tally.groups;
    return {
      sent: { "to users": toUsers, "to everyone": toEveryone, "of these not kept": unkept, "delivered again": doubled },
      killed,
      calls: { through, "answered 429": statuses[429], "answered 500": statuses[500], "answered 503": statuses[503] },
      "other calls": { "answer lost": lost, late: slow },
      clients: { ...clients, given: this.#events.filter(({ kind }) => kind === "given").length },
      ...others,
      "dead letters": { "in all queues": deadLetters },
    };
  }
}
