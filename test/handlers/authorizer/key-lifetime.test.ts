import fc from "fast-check";
import { keyLifetimeSeconds } from "../../../handlers/authorizer/key-lifetime";

describe("keyLifetimeSeconds", () => {
  it.each([
    ["Firebase's answer", "public, max-age=19845, must-revalidate, no-transform", undefined, 19_845],
    ["Auth0's answer", "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400", "3", 60],
    ["letter case and quotes", 'Public,MAX-AGE="7200"', undefined, 7_200],
    ["what shared caches have spent", "max-age=7200", "200", 7_000],
    ["an Age beyond max-age", "max-age=300", "900", 60],
    ["an Age that is no number", "max-age=300", "soon", 300],
    ["more than a day", "max-age=31536000, immutable", undefined, 86_400],
    ["more than a number holds", `max-age=${"9".repeat(400)}`, undefined, 86_400],
    ["less than a minute", "max-age=0", undefined, 60],
    ["no-store", "no-store, max-age=7200", undefined, 60],
    ["no-cache", "no-cache", undefined, 60],
    ["no header", undefined, undefined, 600],
    ["no max-age", "public", undefined, 600],
    ["a max-age that is no number", "max-age=1h", undefined, 600],
    ["another directive that ends alike", "x-max-age=7200", undefined, 600],
    ["the first of two", "max-age=100, max-age=200", undefined, 100],
  ])("%s: %s with Age %s is %i s", (_, cacheControl, age, seconds) => {
    expect(keyLifetimeSeconds(cacheControl, age)).toBe(seconds);
  });

  it("stays between a minute and a day for any header", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (cacheControl, age) => {
        const seconds = keyLifetimeSeconds(cacheControl, age);
        expect(seconds >= 60 && seconds <= 86_400).toBe(true);
      }),
    );
  });
});
