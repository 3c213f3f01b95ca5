import { runPusherWorld } from "./pusher-world";

describe("the pusher with history, in a world where much goes wrong", () => {
  it.each([0, 1, 2, 3, 5, 7])("leaves nothing missing on any device that comes back: world %d", async (seed) => {
    const { missing, vanished, continued, entries } = await runPusherWorld(seed);
    expect(missing).toEqual([]);
    // The world was hard enough: 40 notifications, and so many ends, retries and entries.
    expect(vanished).toBeGreaterThanOrEqual(3);
    expect(continued).toBeGreaterThan(100);
    expect(entries).toBeGreaterThan(500);
  });
});
