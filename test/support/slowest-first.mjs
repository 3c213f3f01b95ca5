import TestSequencer from "@jest/test-sequencer";

/** A suite that begins last is what everybody waits for, and in a fresh clone jest knows no times. The slowest come first. */
export const SLOWEST = [
  "examples/local-stack",
  "terraform/examples",
  "soak/soak",
  "e2e/local",
  "e2e/enforcement",
  "releases/release-script",
  "package/package",
  "client/mutations",
  "local/page/page",
  "terraform/release",
  "tool/tool",
];

const rank = ({ path }) => {
  const place = SLOWEST.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return place < 0 ? SLOWEST.length : place;
};

/** The others are in jest's order: by the times of the last run, or by the size of the file. */
export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}
