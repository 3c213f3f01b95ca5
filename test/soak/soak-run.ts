import type { LocalStack } from "../../local/local-stack";
import { seededRandom } from "../../support/seeded-random";
import { until } from "../e2e/until";
import { canFindProcesses } from "../support/processes";
import { Backends } from "./backends";
import { check } from "./check";
import { compareAtEnd } from "./compare-at-end";
import { countEvents } from "./count-events";
import type { Fault } from "./fault";
import { Fleet } from "./fleet";
import { followPlan } from "./follow-plan";
import { kill } from "./kill";
import { makePlan } from "./plan";
import type { PlannedStep } from "./plan-steps";
import { untilNone } from "./progress";
import { countBacklog, countDeadLetters, countWaitingFrames, shortenWaits } from "./queues";
import type { SoakEvent } from "./record";
import type { SoakCounts, SoakOptions, SoakResult } from "./result";
import { RIGHTS } from "./rights";
import { Tally } from "./tally";
import type { Sky } from "./weather";

/** A frame may be on its way when all queues are empty. Wide enough for a busy machine. */
const LAST_FRAMES_MS = 180_000;

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
  readonly #notes: string[] = [];
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
    await untilNone("notifications on their way from the backends", () => this.#backends.underWay, onStep);
    await this.#backends.idle();
    for (const device of fleet.devices) device.open();
    await untilNone("messages in the notifications queue", () => countBacklog(stack), onStep);
    onStep("Letting every client go, and come back once more");
    await fleet.close();
    // Clients that came now would wait behind the frames of their last connections.
    await untilNone("frames in the control queue", () => countWaitingFrames(stack), onStep);
    fleet.hasShortTokens = false;
    await fleet.bringOnline(fleet.devices);
    // What is missing after that is a fault.
    const isComplete = () => !this.#check().some(({ kind }) => kind === "missing");
    await until("the last frames", isComplete, LAST_FRAMES_MS).catch(() => {});
    this.#notes.push(...(await compareAtEnd(fleet, stack, this.#write, onStep)));
    const counts = this.#counts(await countDeadLetters(stack));
    return { options: this.options, counts, faults: this.#check(), notes: this.#notes, events: this.#events };
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
    const steps = plan.map(({ at, step }, index) => ({ at, run: () => this.#do(step, index) }));
    const end = { at: endMs, run: async () => {} };
    await followPlan([...arrivals, ...steps, end]);
  }

  async #do(step: PlannedStep["step"], index: number): Promise<void> {
    const { stack, sky, functionsEndpoint } = this.ports;
    if (step.kind === "send") return this.#backends.send(step);
    if (step.kind === "weather") return sky.begin(step, Date.now());
    if (step.kind === "kill") {
      if (step.what !== "gateway" && !canFindProcesses) return;
      return this.#tally.add("killed", step.what, await kill(step.what, stack, functionsEndpoint));
    }
    const device = this.#fleet.devices[step.client];
    if (device === undefined) return;
    switch (step.kind) {
      case "subscribe":
      case "unsubscribe":
        return device[step.kind](step.channel);
      case "post":
        return device.post(step.channel, { post: index, text: "x".repeat(step.bytes) });
      default:
        if (!device.isOpen) return;
        this.#tally.add("clients' faults", step.kind);
        device.suffer(step.kind, step.milliseconds);
    }
  }

  #check(): readonly Fault[] {
    const users = new Map(this.#fleet.devices.map(({ app, user }) => [app, user]));
    return check({ users, rights: RIGHTS, events: this.#events });
  }

  #counts(deadLetters: SoakCounts[string]): SoakCounts {
    const { toUsers, toEveryone, toChannels, unkept, doubled } = this.#backends.counts;
    const { through, slow, lost, ...statuses } = this.ports.sky.counts;
    const { killed, clients, ...others } = this.#tally.groups;
    const { given, channels } = countEvents(this.#events);
    return {
      sent: {
        "to users": toUsers,
        "to everyone": toEveryone,
        "to channels": toChannels,
        "of these not kept": unkept,
        "delivered again": doubled,
      },
      killed,
      calls: { through, "answered 429": statuses[429], "answered 500": statuses[500], "answered 503": statuses[503] },
      "other calls": { "answer lost": lost, late: slow },
      clients: { ...clients, given },
      channels,
      ...others,
      "dead letters": deadLetters,
    };
  }
}
