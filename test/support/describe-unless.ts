/**
 * `describe` for tests that need a tool: where it is missing they are skipped and the reason is printed, or fail with it
 * where `.ci/run` has set `requiredBy`.
 */
export function describeUnless(
  missing: string | undefined,
  requiredBy: string,
): (title: string, tests: () => void) => void {
  if (missing === undefined) return describe;
  if (process.env[requiredBy]) {
    return (title) =>
      test(title, () => {
        throw new Error(`${requiredBy} is set, but ${missing}.`);
      });
  }
  return (title, tests) => {
    console.warn(`Skipped, since ${missing}: ${title}`);
    describe.skip(title, tests);
  };
}
