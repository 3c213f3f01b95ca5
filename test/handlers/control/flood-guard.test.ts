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

  it("knows a frame again while it is handled, and takes no token for it", () => {
    const guard = new FloodGuard({ burst: 2, perSecond: 1, isExclusive: true });
    expect(guard.enter("c1", 0, "frame")).toBe("go");
    for (let i = 0; i < 10; i++) expect(guard.enter("c1", 0, "frame")).toBe("repeat");
    expect(guard.enter("c1", 0, "another")).toBe("refuse");
    guard.leave("c1");
    expect(guard.enter("c1", 0, "frame")).toBe("go");
  });
});
