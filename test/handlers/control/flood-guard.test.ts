import { FloodGuard } from "../../../handlers/control/flood-guard";

describe("the guard against floods", () => {
  it("remembers at most some ten thousand connections, and no busy one is forgotten", () => {
    const guard = new FloodGuard();
    guard.enter("busy", 0);
    let admitted = 0;
    for (let i = 0; i < 50_000; i++) {
      if (guard.enter(`c${i}`, i * 10) === "go") admitted++;
      guard.leave(`c${i}`);
    }
    expect(admitted).toBe(50_000);
    expect(guard.size).toBeLessThanOrEqual(10_001);
    expect(guard.enter("busy", 500_000)).toBe("refuse");
  });
});
