/**
 * `describe` for tests that need a tool. If the tool is missing, the tests are skipped and the reason is printed. Where
 * `.ci/run` has set `requiredBy`, they fail with the reason.
 */
export function describeUnless(
  missing: string | undefined,
  requiredBy: string,
): (title: string, tests: () => void) => void {
  if (missing === undefined) return describe;
  if (process.env[requiredBy]) {
    return (title) =>
      it(title, () => {
        throw new Error(`${requiredBy} is set, but ${missing}.`);
      });
  }
  return (title, tests) => {
    console.warn(`Skipped, since ${missing}: ${title}`);
    describe.skip(title, tests);
  };
}
