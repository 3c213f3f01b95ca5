import { seededRandom } from "../../support/seeded-random";
import type { Weather } from "./plan-steps";
import { Sky } from "./weather";

const spell = (given: Partial<Weather>): Weather => ({
  kind: "weather",
  calls: "posts",
  goes: 429,
  share: 1,
  isPicky: false,
  milliseconds: 1_000,
  lateMilliseconds: 5_000,
  ...given,
});

describe("the weather of a soak run", () => {
  it("lets every call through while it is fine", () => {
    const sky = new Sky(seededRandom(1));
    expect(sky.fate({ calls: "posts", key: "a" }, 0)).toEqual({ goes: "through" });
    expect(sky.counts).toEqual({ through: 1, 429: 0, 500: 0, 503: 0, lost: 0, slow: 0 });
  });

  it("lets the calls of its kind go wrong until it is over", () => {
    const sky = new Sky(seededRandom(1));
    sky.begin(spell({ goes: "slow" }), 10_000);
    expect(sky.fate({ calls: "posts", key: "a" }, 10_999)).toEqual({ goes: "slow", milliseconds: 5_000 });
    expect(sky.fate({ calls: "reads", key: "a" }, 10_999)).toEqual({ goes: "through" });
    expect(sky.fate({ calls: "posts", key: "a" }, 11_000)).toEqual({ goes: "through" });
  });

  it("picks about one in ten connections, and always the same ones", () => {
    const sky = new Sky(seededRandom(1));
    sky.begin(spell({ isPicky: true, share: 0.5 }), 0);
    const picked = () =>
      Array.from({ length: 1_000 }, (_, index) => `connection-${index}`).filter(
        (key) => sky.fate({ calls: "posts", key }, 0).goes === 429,
      );
    const first = picked();
    expect(first.length).toBeGreaterThan(50);
    expect(first.length).toBeLessThan(200);
    expect(picked()).toEqual(first);
  });

  it("clears at once", () => {
    const sky = new Sky(seededRandom(1));
    sky.begin(spell({}), 0);
    sky.clear();
    expect(sky.fate({ calls: "posts", key: "a" }, 0)).toEqual({ goes: "through" });
  });
});
