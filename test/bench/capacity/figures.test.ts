import { readFileSync } from "node:fs";
import { accountCapacity, connectionLimits } from "../../../bench/capacity/account-capacity";
import { channelCost } from "../../../bench/capacity/channel-cost";
import { comeback } from "../../../bench/capacity/comeback";
import { historyCost } from "../../../bench/capacity/history-cost";
import { monthCost, PRICES, type Usage } from "../../../bench/capacity/month-cost";
import { PAGES } from "../../../bench/capacity/pages";
import { BLOCKS } from "../../../bench/capacity/tables";
import { fillBlocks } from "../../../scripts/generated-blocks";

describe("the capacity of an account", () => {
  it("is what idle clients leave of the throttle", () => {
    const quotas = { throttle: { ratePerSecond: 10_000 }, newConnectionsPerSecond: 500 };
    const { idlePerSecond, leftPerSecond, broadcastsPerMinute, reconnectMinutes } = accountCapacity(627_000, quotas);
    expect(idlePerSecond).toBeCloseTo(2_190, 9); // 627,000 / 300 + 627,000 / 6,270
    expect(leftPerSecond).toBeCloseTo(7_810, 9);
    expect(broadcastsPerMinute).toBeCloseTo((7_810 * 60) / 627_000, 9);
    expect(reconnectMinutes).toBeCloseTo(20.9, 9);
    expect(connectionLimits(quotas)).toEqual({
      byNewConnections: 3_600_000,
      byRefresh: 3_135_000,
      byThrottle: 2_863_013,
    });
  });
});

describe("the comeback of all clients", () => {
  const quotas = { throttle: { ratePerSecond: 10_000 }, newConnectionsPerSecond: 500 };

  it("is as fast as new connections while their requests fit into the throttle", () => {
    // 500 x (5 + 15) = 10,000 requests a second
    expect(comeback({ connections: 30_000, missed: 15 }, quotas)).toMatchObject({
      clientsPerSecond: 500,
      limit: "new connections",
      minutes: 1,
    });
  });

  it("is slower by each notification that was missed", () => {
    const { clientsPerSecond, limit, minutes } = comeback({ connections: 60_000, missed: 95 }, quotas);
    expect([clientsPerSecond, limit, minutes]).toEqual([100, "throttle", 10]);
  });

  it("needs as many control functions as the CPU of the frames and of the notifications fills", () => {
    // 2 frames x 1,800 us x 1,769 / 512 = 12.4 ms, 500 times a second
    expect(comeback({ connections: 1, missed: 0 }, quotas).functions).toBe(7);
    // and 95 notifications x 480 us x 157.5 / 70 x 1,769 / 512 = 354 ms, 100 times a second
    expect(comeback({ connections: 1, missed: 95 }, quotas).functions).toBe(37);
  });
});

describe("the cost of a month", () => {
  const nothing: Usage = {
    connections: 1_000,
    hoursOnlineADay: 0,
    notificationsADay: 0,
    broadcastsADay: 0,
    messagesADay: 0,
    visitsADay: 0,
    notificationBytes: 0,
  };

  it("of connections that are always open is minutes, pings both ways, and what a refresh costs", () => {
    const { parts } = monthCost({ ...nothing, hoursOnlineADay: 24 });
    expect(parts["connection minutes"]).toBeCloseTo(10.8, 9); // 1,000 x 43,200 min x $0.25 / million
    expect(parts["pings and pongs"]).toBeCloseTo(17.28, 9); // 1,000 x 8,640 x 2 x $1 / million
    expect(parts["other frames"]).toBe(0);
    expect(parts["SQS and SNS"]).toBe(0);
  });

  it("has a cheaper price for frames beyond a thousand million", () => {
    const { parts } = monthCost({ ...nothing, connections: 1e6, hoursOnlineADay: 24 });
    expect(parts["pings and pongs"]).toBeCloseTo(1_000 + 16_280 * 0.8, 6); // 17,280 million frames
    expect(PRICES.message.map(({ each }) => each)).toEqual([1e-6, 0.8e-6]);
  });

  it("of messages by the queue is a send, a receive and a delete each, and two frames", () => {
    const { parts } = monthCost({ ...nothing, messagesADay: 10, hoursOnlineADay: 0.001 });
    expect(parts["SQS and SNS"]).toBeCloseTo(0.36, 9); // 300,000 x 3 x $0.40 / million
    expect(parts["other frames"]).toBeCloseTo(0.6, 9); // 300,000 x 2 x $1 / million
  });

  it("has a line of the access log for each push to a connection", () => {
    const without = monthCost({ ...nothing, hoursOnlineADay: 24 }).parts["CloudWatch Logs"] ?? 0;
    const { parts } = monthCost({ ...nothing, hoursOnlineADay: 24, broadcastsADay: 10 });
    // 1,000 x 10 x 30 pushes x 400 bytes x $0.50 / GB
    expect((parts["CloudWatch Logs"] ?? 0) - without).toBeCloseTo(0.06, 9);
  });

  it("of history is a write for each notification, and what a recovery needs at each connect", () => {
    const kept = historyCost({ ...nothing, notificationsADay: 10, notificationBytes: 300, visitsADay: 2 }, 86_400);
    expect(kept.parts["DynamoDB writes"]).toBeCloseTo(0.1875, 9); // 300,000 x $0.625 / million
    expect(kept.parts["DynamoDB storage"]).toBeCloseTo(0.00125, 9); // 10,000 x 500 bytes x $0.25 / GB
    expect(kept.parts["recoveries: frames"]).toBeCloseTo(0.18, 9); // 60,000 x 3 x $1 / million
    const large = historyCost({ ...nothing, notificationsADay: 10, notificationBytes: 2_000 }, 86_400);
    expect(large.parts["DynamoDB writes"]).toBeCloseTo(0.5625, 9); // three write units each
    const toAll = historyCost({ ...nothing, broadcastsADay: 1, notificationBytes: 300 }, 86_400);
    expect(toAll.parts["DynamoDB writes"]).toBeCloseTo(0.00001875, 12); // 30 x $0.625 / million
  });

  it("of a channel is a frame for each member, and four writes for each that joins and leaves", () => {
    const quiet = { joins: 0, closes: 0, posts: 0, notifications: 0, members: 100, notificationBytes: 300 };
    expect(channelCost(quiet).total).toBe(0);
    expect(channelCost({ ...quiet, notifications: 10_000 }).parts["frames to members"]).toBeCloseTo(1, 9);
    const joined = channelCost({ ...quiet, joins: 1_000_000 }).parts;
    expect(joined.DynamoDB).toBeCloseTo(2.6875, 9); // 4 x $0.625 + 1.5 x $0.125
    expect(joined["frames to join and post"]).toBeCloseTo(3, 9);
    expect(channelCost({ ...quiet, closes: 1_000_000 }).parts.SQS).toBeCloseTo(0.84, 9);
    expect(channelCost({ ...quiet, posts: 1_000 }).parts.SQS).toBeCloseTo(0.0024, 9); // in the control queue and on to the pusher
    const { parts, total } = channelCost({ ...quiet, joins: 3, closes: 4, posts: 5, notifications: 6 });
    expect(total).toBeCloseTo(
      Object.values(parts).reduce((sum, part) => sum + part, 0),
      9,
    );
  });

  it("is the sum of its parts", () => {
    const { parts, total } = monthCost({ ...nothing, hoursOnlineADay: 8, notificationsADay: 20, broadcastsADay: 1 });
    expect(total).toBeCloseTo(
      Object.values(parts).reduce((sum, part) => sum + part, 0),
      9,
    );
  });
});

describe("the docs", () => {
  it("hold exactly the figures that `npm run capacity` prints", () => {
    const computed = new Map<string, string>();
    const blocks = Object.fromEntries(
      Object.entries(BLOCKS).map(([name, block]) => [
        name,
        () => {
          computed.set(name, block());
          return computed.get(name) ?? "";
        },
      ]),
    );
    for (const page of PAGES) {
      const text = readFileSync(page, "utf8");
      expect(fillBlocks(text, blocks)).toBe(text);
    }
    expect([...computed.keys()].sort()).toEqual(Object.keys(BLOCKS).sort());
  });

  it("reject a block that nobody generates", () => {
    expect(() => fillBlocks("<!-- generated: unknown -->\n<!-- end -->", {})).toThrow(
      "there is no generated block called unknown",
    );
  });
});
