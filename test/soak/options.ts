import { parseArgs } from "node:util";

/** How long a run is, how many clients it has, and what decides everything else. */
export interface RunOptions {
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
  /** A file that gets what happened, a line of JSON for each event. */
  readonly record?: string;
}

export const USAGE = `Breaks a local SUMU on purpose, and holds what each application saw against what was sent.

  npm run soak -- [options]

  --seconds <number>   how long things go wrong (default 60). The end takes some minutes more
  --clients <number>   at most 1000 (default 50)
  --seed <number>      the same seed gives the same plan (default: a new one)
  --record <file>      write what happened there, a line of JSON for each event
  --help               print this`;

const BOUNDS = { seconds: [1, 86_400], clients: [1, 1_000], seed: [0, 999_999] } as const;

/**
 * @param random - from 0 to 1, for the seed
 * @returns undefined if help is wanted
 * @throws Error naming the option that is wrong, and the possible values
 */
export function parseOptions(args: readonly string[], random: () => number): RunOptions | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: text, clients: text, seed: text, record: text, help: { type: "boolean" } },
  });
  if (values.help) return undefined;
  const number = (name: keyof typeof BOUNDS, fallback: number): number => {
    const value = values[name] === undefined ? fallback : Number(values[name] || Number.NaN);
    const [least, most] = BOUNDS[name];
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`--${name} must be a whole number from ${least} to ${most}, got "${values[name]}"`);
  };
  return {
    seconds: number("seconds", 60),
    clients: number("clients", 50),
    seed: number("seed", Math.floor(random() * 1_000_000)),
    ...(values.record !== undefined && { record: values.record }),
  };
}
