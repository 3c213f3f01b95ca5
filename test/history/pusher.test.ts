import { runPusherWorld } from "./pusher-world";

describe("the pusher with history, in a world where much goes wrong", () => {
  it.each([
    [0, { deadLetters: 0, vanished: 27, closed: 0, continued: 162, entries: 2206 }],
    [1, { deadLetters: 0, vanished: 5, closed: 1, continued: 145, entries: 1471 }],
    [2, { deadLetters: 0, vanished: 34, closed: 0, continued: 184, entries: 1268 }],
    [3, { deadLetters: 0, vanished: 5, closed: 0, continued: 185, entries: 1451 }],
    [5, { deadLetters: 0, vanished: 10, closed: 1, continued: 209, entries: 2231 }],
    [7, { deadLetters: 0, vanished: 8, closed: 4, continued: 147, entries: 959 }],
  ])("leaves nothing missing on any device that comes back: world %d", async (seed, trouble) => {
    expect(await runPusherWorld(seed)).toEqual({ missing: [], ...trouble });
  });
});
