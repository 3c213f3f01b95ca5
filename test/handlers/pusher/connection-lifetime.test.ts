import { renderTemplate } from "../../../emulator/velocity/render-template";
import { putConnectionTemplate } from "../../../src/gateway/mapping-templates";
import { connections, SimulatedAws } from "../../../support/simulated-aws";

const CONNECTED_AT = Date.UTC(2026, 0, 1);
const TWO_HOURS_MS = 7_200_000;

/** The `delete_at` that `$connect` writes. */
function deleteAt(): number {
  const item = renderTemplate(putConnectionTemplate("connections"), {
    body: "",
    context: {
      requestTimeEpoch: CONNECTED_AT,
      connectionId: "connection-0",
      authorizer: { principalId: "user-0" },
    },
  });
  return Number(JSON.parse(item).Item.delete_at.N);
}

describe("a connection's row", () => {
  it("counts for five minutes longer than API Gateway lets a connection live, for the presence watchdog too", () => {
    expect(deleteAt() - CONNECTED_AT / 1_000).toBe(7_500);
  });

  it.each([
    ["in its last second", TWO_HOURS_MS - 1_000],
    ["when its two hours are over by a function's clock, which is a minute ahead", TWO_HOURS_MS + 60_000],
  ])("has the connection tried %s", async (_, ageMs) => {
    const aws = new SimulatedAws({ rows: connections(1, { connectedAt: CONNECTED_AT, deleteAt: deleteAt() }) });
    await aws.clock.drive(aws.clock.sleep(ageMs));
    expect(await aws.invoke([JSON.stringify({ users: ["user-0"], data: 1 })])).toEqual(["done"]);
    expect([...aws.deliveries]).toEqual([["connection-0", 1]]);
    expect(aws.removed).toEqual([]);
  });

  it("is removed when the connection proves gone after its two hours", async () => {
    const rows = connections(1, { connectedAt: CONNECTED_AT, deleteAt: deleteAt() });
    const aws = new SimulatedAws({ rows, answer: () => 410 });
    await aws.clock.drive(aws.clock.sleep(TWO_HOURS_MS + 1_000));
    expect(await aws.invoke([JSON.stringify({ users: ["user-0"], data: 1 })])).toEqual(["done"]);
    expect([aws.removed, aws.deadLetters]).toEqual([["connection-0"], []]);
  });

  it("is removed untried when nobody has removed it five minutes later", async () => {
    const aws = new SimulatedAws({ rows: connections(1, { connectedAt: CONNECTED_AT, deleteAt: deleteAt() }) });
    await aws.clock.drive(aws.clock.sleep(TWO_HOURS_MS + 300_000));
    expect(await aws.invoke([JSON.stringify({ users: ["user-0"], data: 1 })])).toEqual(["done"]);
    expect([aws.posts.size, aws.removed]).toEqual([0, ["connection-0"]]);
  });
});
