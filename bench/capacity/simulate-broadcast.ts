import { fullJitterMs } from "../../handlers/aws/backoff";
import { BACKLOG_FULL } from "../../handlers/pusher/backlog";
import { CongestionWindow } from "../../handlers/pusher/congestion-window";
import { continuationDelaySeconds, MAX_ATTEMPTS } from "../../handlers/pusher/continuation";
import { BUCKET_CONNECTIONS } from "../../handlers/pusher/handover";
import { PATIENCE_MS } from "../../handlers/pusher/patience";
import { BACKOFF, MAX_TRIES } from "../../handlers/pusher/retries";
import { TokenBucket } from "../../support/token-bucket";
import { EventQueue } from "./event-queue";

export interface BroadcastScenario {
  readonly connections: number;
  /** The number of parts that it is split into (`broadcast_segments`). As many functions deliver in parallel. */
  readonly segments: number;
  /** How many connections each part has. @default - about as many in each */
  readonly parts?: readonly number[];
  /** Posts in flight of one function (`delivery_concurrency`). */
  readonly deliveryConcurrency: number;
  /** CPU of one post on the function's share of a vCPU. One after the other: Node.js runs one thread. */
  readonly cpuMicroseconds: number;
  readonly latencyMs: number;
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number };
  readonly pollers: { readonly atStart: number; readonly perMinute: number; readonly max: number };
  readonly dispatchMs: number;
  /** Seconds of an invocation in which it delivers. It then hands the rest over to the next invocation. */
  readonly deliveringSeconds: number;
  /**
   * Frames of clients a second, at random times: they take from the throttle too.
   * @default 0
   */
  readonly clientFramesPerSecond?: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /**
   * Posts that one simulated post stands for: 8 makes 10 million connections a matter of seconds.
   * @default 1
   */
  readonly quantum?: number;
}

export interface BroadcastPrediction {
  /** Seconds from the split to the last answer. */
  readonly seconds: number;
  readonly delivered: number;
  readonly posts: number;
  /** Posts answered with 429. */
  readonly throttled: number;
  /** Frames of clients while it lasted, and those that were refused. */
  readonly clientFrames: number;
  readonly clientFramesThrottled: number;
  /** Connections that went back to the queue for another attempt, because twelve tries failed or the time ran out. */
  readonly triedLater: number;
  readonly deadLettered: number;
  readonly invocations: number;
  /** Functions that ran at the same time, at most. */
  readonly functions: number;
  /** Sum of the invocations' durations. */
  readonly functionSeconds: number;
}

/** A message of the notifications queue for a number of connections. Either none of them or all of them failed before. */
interface Job {
  readonly connections: number;
  readonly attempt: number;
}

interface Invocation {
  readonly job: Job;
  readonly startedAt: number;
  unread: number;
  /** For each post that is to be tried again, its failures so far. The first to arrive comes first. */
  ready: number[];
  waiting: number;
  inFlight: number;
  readonly congestion: CongestionWindow;
  cpuFreeAt: number;
  /** The last delivery, or the start. */
  progressAt: number;
  /** Whether any post succeeded. */
  progressed: boolean;
  isWatched: boolean;
  stopped: boolean;
  finished: boolean;
  /** Failed posts that wait to share a continuation. */
  failed: number;
}

type Event =
  | {
      readonly kind: "arrive" | "throttled" | "delivered" | "retry";
      readonly run: Invocation;
      readonly failures: number;
    }
  | { readonly kind: "stop" | "patience"; readonly run: Invocation }
  | { readonly kind: "job"; readonly job: Job }
  | { readonly kind: "poll" | "client-frame" };

/**
 * Predicts a broadcast: a discrete-event simulation of the notifications queue, the pusher's functions with their posts
 * in flight and their CPU, and the account's throttle. Congestion window, back-off, tries, time budget and
 * continuations are the pusher's own. The pusher itself on a simulated clock takes 11 s of CPU for a million deliveries, so
 * the tables would take minutes. A test holds this model against the pusher at 40,000. ASSUMPTIONS (assumptions.ts) lists the assumptions. The same random numbers give
 * the same prediction.
 */
export function simulateBroadcast(scenario: BroadcastScenario): BroadcastPrediction {
  return new Simulation(scenario).run();
}

class Simulation {
  readonly #events = new EventQueue<Event>();
  readonly #bucket: TokenBucket;
  readonly #jobs: Job[] = [];
  readonly #quantum: number;
  readonly #slots: number;
  readonly #backlog: number;
  #now = 0;
  #active = 0;
  #nextPoll = 0;
  #lastAnswer = 0;
  #counts = { delivered: 0, posts: 0, throttled: 0, triedLater: 0, deadLettered: 0, invocations: 0, functions: 0 };
  readonly #clients = { clientFrames: 0, clientFramesThrottled: 0 };
  #left = 0;
  #functionMs = 0;

  constructor(private readonly scenario: BroadcastScenario) {
    const { quantum = 1, deliveryConcurrency, throttle } = scenario;
    this.#quantum = quantum;
    this.#slots = Math.max(1, Math.floor(deliveryConcurrency / quantum));
    this.#backlog = BACKLOG_FULL / quantum;
    this.#bucket = new TokenBucket(throttle.ratePerSecond, throttle.burst);
  }

  run(): BroadcastPrediction {
    const { dispatchMs } = this.scenario;
    const parts = this.#parts();
    this.#left = parts.reduce((sum, part) => sum + part, 0);
    if ((this.scenario.clientFramesPerSecond ?? 0) > 0) this.#nextClientFrame();
    for (const part of parts) this.#events.put(dispatchMs, { kind: "job", job: { connections: part, attempt: 1 } });
    for (let next = this.#events.take(); next !== undefined; next = this.#events.take()) {
      this.#now = next.at;
      this.#handle(next.event);
    }
    const { delivered, posts, throttled, triedLater, deadLettered, ...others } = this.#counts;
    const inConnections = { delivered, posts, throttled, triedLater, deadLettered };
    const scaled = Object.fromEntries(
      Object.entries(inConnections).map(([key, value]) => [key, value * this.#quantum]),
    );
    return {
      ...(scaled as typeof inConnections),
      ...others,
      ...this.#clients,
      seconds: this.#lastAnswer / 1_000,
      functionSeconds: this.#functionMs / 1_000,
    };
  }

  #handle(event: Event): void {
    switch (event.kind) {
      case "job":
        this.#jobs.push(event.job);
        this.#poll();
        return;
      case "poll":
        this.#poll();
        return;
      case "client-frame":
        this.#clients.clientFrames++;
        if (!this.#bucket.take(this.#now)) this.#clients.clientFramesThrottled++;
        if (this.#left > 0) this.#nextClientFrame();
        return;
      case "stop":
        event.run.stopped = true;
        break;
      case "patience": {
        if (event.run.finished) return;
        this.#stopIfNothingMoves(event.run);
        const leftMs = event.run.progressAt + PATIENCE_MS - this.#now;
        if (!event.run.stopped) this.#events.put(this.#now + (leftMs > 0 ? leftMs : PATIENCE_MS), event);
        break;
      }
      case "arrive":
        this.#arrive(event.run, event.failures);
        return;
      case "delivered":
        event.run.inFlight--;
        if (event.failures === 0) event.run.congestion.answered(false);
        event.run.progressAt = this.#now;
        event.run.progressed = true;
        this.#counts.delivered++;
        this.#left--;
        this.#lastAnswer = this.#now;
        break;
      case "throttled":
        event.run.inFlight--;
        if (event.failures === 0) event.run.congestion.answered(true);
        this.#lastAnswer = this.#now;
        this.#retry(event.run, event.failures + 1);
        this.#stopIfNothingMoves(event.run);
        break;
      case "retry":
        if (event.run.stopped) return;
        event.run.waiting--;
        event.run.ready.push(event.failures);
        break;
    }
    this.#pump(event.run);
  }

  #parts(): readonly number[] {
    const { connections, segments, parts } = this.scenario;
    if (parts !== undefined) return parts.map((part) => Math.ceil(part / this.#quantum));
    const whole = Math.ceil(connections / this.#quantum);
    const bound = (index: number) => Math.floor((whole * index) / segments);
    return Array.from({ length: segments }, (_, index) => bound(index + 1) - bound(index));
  }

  /** Starts invocations while there are messages and pollers. */
  #poll(): void {
    const { atStart, perMinute, max } = this.scenario.pollers;
    const pollers = Math.min(max, atStart + Math.floor((this.#now * perMinute) / 60_000));
    while (this.#active < pollers) {
      const job = this.#jobs.shift();
      if (job === undefined) return;
      this.#active++;
      this.#counts.invocations++;
      this.#counts.functions = Math.max(this.#counts.functions, this.#active);
      const run: Invocation = {
        job,
        startedAt: this.#now,
        unread: job.connections,
        ready: [],
        waiting: 0,
        inFlight: 0,
        congestion: new CongestionWindow(this.#slots),
        cpuFreeAt: this.#now,
        progressAt: this.#now,
        progressed: false,
        isWatched: false,
        stopped: false,
        finished: false,
        failed: 0,
      };
      this.#events.put(this.#now + this.scenario.deliveringSeconds * 1_000, { kind: "stop", run });
      this.#pump(run);
    }
    if (this.#jobs.length > 0 && pollers < max && this.#nextPoll <= this.#now) {
      this.#nextPoll = this.#now + 60_000 / perMinute;
      this.#events.put(this.#nextPoll, { kind: "poll" });
    }
  }

  #pump(run: Invocation): void {
    while (!run.stopped && run.inFlight < run.congestion.window) {
      let failures = run.ready.shift();
      if (failures === undefined) {
        if (run.unread === 0 || run.waiting >= this.#backlog) break;
        run.unread--;
        failures = 0;
      }
      run.inFlight++;
      run.cpuFreeAt = Math.max(this.#now, run.cpuFreeAt) + (this.scenario.cpuMicroseconds * this.#quantum) / 1_000;
      this.#events.put(run.cpuFreeAt, { kind: "arrive", run, failures });
    }
    if (run.unread === 0 && !run.isWatched) {
      run.isWatched = true;
      this.#events.put(Math.max(this.#now, run.progressAt + PATIENCE_MS), { kind: "patience", run });
    }
    const isDone = run.inFlight === 0 && (run.stopped || run.unread + run.ready.length + run.waiting === 0);
    if (isDone) this.#finish(run);
  }

  /** Stops a run that only waits for connections which take nothing. These connections go back to the queue. */
  #stopIfNothingMoves(run: Invocation): void {
    const isWaitingOnly = run.unread === 0 && run.inFlight === 0 && run.ready.length === 0;
    if (isWaitingOnly && this.#now - run.progressAt >= PATIENCE_MS) run.stopped = true;
  }

  /** A Poisson process: clients act independently of each other. */
  #nextClientFrame(): void {
    const { clientFramesPerSecond = 0, random } = this.scenario;
    const waitMs = (-Math.log(1 - random()) * 1_000) / clientFramesPerSecond;
    this.#events.put(this.#now + waitMs, { kind: "client-frame" });
  }

  #arrive(run: Invocation, failures: number): void {
    this.#counts.posts++;
    const isTaken = this.#bucket.take(this.#now, this.#quantum);
    if (!isTaken) this.#counts.throttled++;
    this.#events.put(this.#now + this.scenario.latencyMs, { kind: isTaken ? "delivered" : "throttled", run, failures });
  }

  #retry(run: Invocation, failures: number): void {
    if (failures >= MAX_TRIES) {
      run.failed++;
      if (run.failed * this.#quantum >= BUCKET_CONNECTIONS) this.#tryLater(run);
      return;
    }
    run.waiting++;
    const wait = fullJitterMs(failures, BACKOFF, this.scenario.random);
    this.#events.put(this.#now + wait, { kind: "retry", run, failures });
  }

  /** Failed posts go back to the queue, to be tried again after a delay, or to the dead-letter queue. */
  #tryLater(run: Invocation): void {
    if (run.failed === 0) return;
    // If a post is throttled while others succeed, it keeps its attempts (handlers/pusher/handover.ts).
    const attempt = run.job.attempt + (run.progressed ? 0 : 1);
    if (attempt > MAX_ATTEMPTS) {
      this.#counts.deadLettered += run.failed;
      this.#left -= run.failed;
    } else {
      this.#counts.triedLater += run.failed;
      const delayAttempt = Math.min(run.job.attempt + 1, MAX_ATTEMPTS);
      const delayMs = continuationDelaySeconds(delayAttempt, this.scenario.random) * 1_000;
      const job = { connections: run.failed, attempt };
      this.#events.put(this.#now + delayMs + this.scenario.dispatchMs, { kind: "job", job });
    }
    run.failed = 0;
  }

  #finish(run: Invocation): void {
    // It finishes once, even if several events still name it.
    if (run.finished) return;
    run.finished = true;
    run.failed += run.waiting + run.ready.length;
    this.#tryLater(run);
    if (run.unread > 0) {
      const job = { connections: run.unread, attempt: run.job.attempt };
      this.#events.put(this.#now + this.scenario.dispatchMs, { kind: "job", job });
    }
    this.#functionMs += this.#now - run.startedAt;
    this.#active--;
    this.#poll();
  }
}
