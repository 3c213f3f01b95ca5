import { seededRandom } from "../../support/seeded-random";

/** Numbers that depend on the seed alone. */
export interface Chance {
  /** From 0 to 1. */
  random(): number;
  /** A whole number, at least `from`, less than `to`. */
  between(from: number, to: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** @param seed - the same seed gives the same numbers */
export function seededChance(seed: number): Chance {
  const random = seededRandom(seed);
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from));
  return { random, between, pick: (items) => items[between(0, items.length)] as (typeof items)[number] };
}
