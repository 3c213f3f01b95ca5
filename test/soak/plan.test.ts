import { makePlan, type PlanOptions } from "./plan";
import { KILLED, type Step } from "./plan-steps";
import { CHANNELS } from "./rights";

const OPTIONS: PlanOptions = { seed: 7, seconds: 30, clients: 20, users: 12 };

const of = <Kind extends Step["kind"]>(kind: Kind, options = OPTIONS) =>
  makePlan(options).flatMap(({ step }) => (step.kind === kind ? [step as Extract<Step, { kind: Kind }>] : []));

describe("the plan of a soak run", () => {
  it("is the same for the same seed, and another for another seed", () => {
    expect(makePlan(OPTIONS)).toEqual(makePlan(OPTIONS));
    expect(makePlan({ ...OPTIONS, seed: 8 })).not.toEqual(makePlan(OPTIONS));
  });

  it("is in the order of time, and within the run", () => {
    const times = makePlan(OPTIONS).map(({ at }) => at);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(times[0]).toBeGreaterThanOrEqual(0);
    expect(times.at(-1)).toBeLessThan(30_000);
  });

  it("kills each function and the gateway, also in the short run of the tests", () => {
    expect(new Set(of("kill").map(({ what }) => what))).toEqual(new Set(KILLED));
  });

  it("breaks clients in each way, also in the short run of the tests", () => {
    const kinds = new Set(makePlan(OPTIONS).map(({ step }) => step.kind));
    for (const fault of ["cut", "vanish", "freeze", "leave", "reload"] as const) expect(kinds).toContain(fault);
  });

  it("sends from three backends, to users, to channels and to everyone, and some notifications twice", () => {
    const sends = of("send");
    expect(new Set(sends.map(({ backend }) => backend))).toEqual(new Set([0, 1, 2]));
    const everyone = sends.filter(({ to }) => to === "everyone");
    const toChannels = sends.filter(({ to }) => to !== "everyone" && "channels" in to);
    expect(everyone).toHaveLength(10);
    expect(toChannels).toHaveLength(20);
    expect(sends).toHaveLength(10 + 20 + 150);
    for (const some of [everyone, toChannels]) expect(some.some(({ except }) => except.length > 0)).toBe(true);
    expect(sends.filter(({ againAfterMilliseconds }) => againAfterMilliseconds !== undefined).length).toBeGreaterThan(
      5,
    );
  });

  it("lets devices post to channels, and lets applications leave channels and soon come back", () => {
    expect(of("post")).toHaveLength(30);
    expect(of("unsubscribe")).toHaveLength(20);
    const back = of("subscribe");
    expect(back.length).toBeGreaterThan(10);
    expect(new Set([...of("post"), ...back].map(({ channel }) => channel))).toEqual(new Set(CHANNELS));
  });

  it("lets all calls go wrong for three seconds at most, so that the clients come back", () => {
    const spells = of("weather", { ...OPTIONS, seconds: 600 });
    expect(new Set(spells.map(({ goes }) => goes))).toEqual(new Set([429, 500, 503, "lost", "slow"]));
    const forAll = spells.filter(({ share }) => share === 1);
    expect(forAll.length).toBeGreaterThan(0);
    for (const { milliseconds } of forAll) expect(milliseconds).toBeLessThanOrEqual(3_000);
  });
});
