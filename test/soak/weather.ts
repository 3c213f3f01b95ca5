import type { Weather } from "./plan-steps";

/** A call of a function to AWS or to `@connections`. */
export interface Call {
  readonly calls: Weather["calls"];
  /** The connection, or another text that many calls have in common. */
  readonly key: string;
}

/** What becomes of a call. */
export type CallFate =
  | { readonly goes: "through" }
  | { readonly goes: 429 | 500 | 503 }
  | { readonly goes: "lost" }
  | { readonly goes: "slow"; readonly milliseconds: number };

/** One key in so many is picked by a picky weather. */
const PICKED_OF = 10;

/** Decides what becomes of each call, by the weather at its time. */
export class Sky {
  /** Calls by what became of them, those that went through without any weather included. */
  readonly counts = { through: 0, 429: 0, 500: 0, 503: 0, lost: 0, slow: 0 };
  readonly #spells: { readonly weather: Weather; readonly until: number; readonly salt: number }[] = [];

  /** @param random - from 0 to 1 */
  constructor(private readonly random: () => number) {}

  /** @param now - Epoch milliseconds. */
  begin(weather: Weather, now: number): void {
    this.#spells.push({ weather, until: now + weather.milliseconds, salt: Math.floor(this.random() * 1_000) });
  }

  /** From now on every call goes through. */
  clear(): void {
    this.#spells.length = 0;
  }

  fate({ calls, key }: Call, now: number): CallFate {
    for (const { weather, until, salt } of this.#spells) {
      if (until <= now || weather.calls !== calls) continue;
      if (weather.isPicky && (hash(key) + salt) % PICKED_OF !== 0) continue;
      if (!weather.isPicky && this.random() >= weather.share) continue;
      this.counts[weather.goes]++;
      return weather.goes === "slow"
        ? { goes: "slow", milliseconds: weather.lateMilliseconds }
        : { goes: weather.goes };
    }
    this.counts.through++;
    return { goes: "through" };
  }
}

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return value;
}
