import type { Chance } from "./plan-chance";
import type { ChannelStep, PlannedStep } from "./plan-steps";
import { CHANNELS, usualChannels } from "./rights";

/** So long after an application has left a channel, it may want it again. */
const LONGEST_AWAY_MS = 20_000;

/** What the clients do with channels. */
export class ChannelPlanner {
  constructor(
    private readonly options: { readonly clients: number; readonly users: number },
    private readonly chance: Chance,
  ) {}

  post(): ChannelStep {
    const { client, channel } = this.#place();
    return { kind: "post", client, channel, bytes: this.chance.between(1, 1_000) };
  }

  /** An application leaves a channel, and wants it again: often so soon that the first frame has no answer yet. */
  leave(at: number): readonly PlannedStep[] {
    const { random, between } = this.chance;
    const place = { ...this.#place(), bytes: 0 };
    const back = at + between(0, random() < 0.5 ? 1_000 : LONGEST_AWAY_MS);
    return [
      { at, step: { kind: "unsubscribe", ...place } },
      { at: back, step: { kind: "subscribe", ...place } },
    ];
  }

  #place(): { readonly client: number; readonly channel: string } {
    const { random, between, pick } = this.chance;
    const client = between(0, this.options.clients);
    const isUsual = random() < 0.8;
    return { client, channel: pick(isUsual ? usualChannels(client % this.options.users) : CHANNELS) };
  }
}
