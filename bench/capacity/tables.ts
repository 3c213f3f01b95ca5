import { PUSHER_SETTINGS } from "../../src/contract/pusher-settings";
import { seededRandom } from "../../support/seeded-random";
import { accountCapacity, connectionLimits } from "./account-capacity";
import {
  ASSUMED,
  ASSUMPTIONS,
  DEFAULT_QUOTAS,
  DELIVERING_SECONDS,
  MEASURED,
  MEGABYTES_PER_VCPU,
  PUSHER_MEGABYTES,
} from "./assumptions";
import { CHAT_ROOM, channelCost, LIVE_EVENT } from "./channel-cost";
import { comeback } from "./comeback";
import { historyCost } from "./history-cost";
import { type MonthCost, monthCost, USAGE, type Usage } from "./month-cost";
import { type BroadcastScenario, simulateBroadcast } from "./simulate-broadcast";
import { type ChannelScenario, simulateChannel } from "./simulate-channel";

const CPU_MICROSECONDS_ON_LAMBDA = (ASSUMED.broadcastCpuMicroseconds * MEGABYTES_PER_VCPU) / PUSHER_MEGABYTES;

const integer = (value: number) => Math.round(value).toLocaleString("en-US");
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
const significant = (value: number) => (value >= 100 ? integer(value) : String(Number(value.toPrecision(2))));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/**
 * One function with the bench's CPU and endpoint. It gives the model's figure for a value that `npm run bench`
 * measures.
 */
export function singleFunctionScenario(connections: number): BroadcastScenario {
  return {
    connections,
    segments: 1,
    deliveryConcurrency: PUSHER_SETTINGS.deliveryConcurrency.fallback,
    cpuMicroseconds: MEASURED.broadcastCpuMicroseconds,
    latencyMs: MEASURED.endpointLatencyMs,
    throttle: { ratePerSecond: 1e9, burst: 1e9 },
    pollers: DEFAULT_QUOTAS.pollers,
    dispatchMs: 0,
    deliveringSeconds: DELIVERING_SECONDS,
    random: seededRandom(1),
  };
}

/** A broadcast in an account, on Lambda. */
export function accountScenario(
  connections: number,
  {
    ratePerSecond = DEFAULT_QUOTAS.throttle.ratePerSecond,
    segments = PUSHER_SETTINGS.broadcastSegments.fallback,
  }: { readonly ratePerSecond?: number; readonly segments?: number } = {},
): BroadcastScenario {
  return {
    ...singleFunctionScenario(connections),
    segments,
    cpuMicroseconds: CPU_MICROSECONDS_ON_LAMBDA,
    // The burst grows with the rate: AWS sets it and does not say how.
    throttle: { ratePerSecond, burst: ratePerSecond / 2 },
    dispatchMs: ASSUMED.dispatchMs,
    // Only while nothing is throttled: with few posts in flight, the congestion window differs from that of a
    // thirty-second of the posts.
    quantum: connections >= 10e6 ? 32 : 1,
  };
}

export function broadcastTable(): string {
  const scenarios = [
    ...[100_000, 1_000_000].flatMap((connections) =>
      [2, 3, 4, 8].map((segments) => [connections, { segments }] as const),
    ),
    [10_000_000, { ratePerSecond: 50_000, segments: 8 }],
    [10_000_000, { ratePerSecond: 100_000, segments: 24 }],
  ] as const;
  const rows = scenarios.map(([connections, options]) => {
    const scenario = accountScenario(connections, options);
    const { seconds, posts, throttled, triedLater, deadLettered, functions, functionSeconds } =
      simulateBroadcast(scenario);
    return [
      integer(connections),
      integer(scenario.throttle.ratePerSecond),
      String(scenario.segments),
      `${integer(seconds)} s`,
      integer(connections / seconds),
      percent(throttled, posts),
      integer(triedLater),
      integer(deadLettered),
      String(functions),
      integer(functionSeconds),
    ];
  });
  const head = [
    "connections",
    "throttle per s",
    "segments",
    "done after",
    "per s",
    "posts throttled",
    "tried again later",
    "dead letters",
    "functions",
    "function seconds",
  ];
  return table(head, rows);
}

/** The same beside the pings and connects of those who are connected. */
export function broadcastBesideClientsTable(): string {
  const rows = [500_000, 1_000_000].flatMap((connections) =>
    [2, 3, 8].map((segments) => {
      const { idlePerSecond } = accountCapacity(connections);
      const { seconds, posts, throttled, clientFrames, clientFramesThrottled, deadLettered } = simulateBroadcast({
        ...accountScenario(connections, { segments }),
        clientFramesPerSecond: idlePerSecond,
      });
      return [
        integer(connections),
        integer(idlePerSecond),
        String(segments),
        `${integer(seconds)} s`,
        percent(throttled, posts),
        percent(clientFramesThrottled, clientFrames),
        integer(deadLettered),
      ];
    }),
  );
  return table(
    [
      "connections",
      "requests/s of idle clients",
      "segments",
      "done after",
      "posts throttled",
      "clients' requests throttled",
      "dead letters",
    ],
    rows,
  );
}

/** A notification to a channel in an account, on Lambda. */
export function channelScenario(members: number, options: Parameters<typeof accountScenario>[1] = {}): ChannelScenario {
  return {
    ...accountScenario(members, options),
    members,
    pageRows: ASSUMED.subscriptionsOfPage,
    readMs: ASSUMED.readMs,
    pageEndMs: ASSUMED.countedPageMs,
  };
}

/** A notification to a channel, alone and beside the pings and connects of its members. */
export function channelTimesTable(): string {
  const scenarios = [
    ["a chat room", 100, {}],
    ["", 1_000, {}],
    ["", 10_000, {}],
    ["", 100_000, {}],
    ["a live event", 1_000_000, {}],
    ["", 1_000_000, { segments: 3 }],
    ["", 1_000_000, { ratePerSecond: 50_000, segments: 13 }],
  ] as const;
  const time = (seconds: number) => (seconds < 10 ? `${seconds.toFixed(1)} s` : `${integer(seconds)} s`);
  const rows = scenarios.map(([name, members, options]) => {
    const scenario = channelScenario(members, options);
    const alone = simulateChannel(scenario);
    const { idlePerSecond } = accountCapacity(members);
    const beside = simulateChannel({ ...scenario, clientFramesPerSecond: idlePerSecond });
    return [
      name,
      integer(members),
      integer(scenario.throttle.ratePerSecond),
      String(scenario.segments),
      time(alone.searchSeconds),
      time(alone.seconds),
      time(beside.seconds),
      percent(beside.throttled, beside.posts),
      integer(alone.deadLettered + beside.deadLettered),
      String(alone.functions),
    ];
  });
  const head = [
    "channel",
    "members",
    "throttle per s",
    "segments",
    "search for the parts",
    "done after",
    "while the members ping",
    "posts throttled then",
    "dead letters",
    "functions",
  ];
  return table(head, rows);
}

export function singleFunctionTable(): string {
  const { seconds } = simulateBroadcast(singleFunctionScenario(10_000));
  const perSecondOnLambda = 1e6 / CPU_MICROSECONDS_ON_LAMBDA;
  return table(
    ["one function", "", "by"],
    [
      [
        `10,000 messages of ${MEASURED.broadcastCpuMicroseconds} us, endpoint of ${MEASURED.endpointLatencyMs} ms`,
        `${seconds.toFixed(2)} s`,
        "the model",
      ],
      ["the same, measured", `${(10_000 / MEASURED.broadcastPerSecond).toFixed(2)} s`, "`npm run bench`"],
      [
        "messages a second with 64 posts in flight, if CPU cost nothing",
        integer(64_000 / MEASURED.endpointLatencyMs),
        "64 / 8 ms",
      ],
      ["messages a second on Lambda, 1,024 MB", integer(perSecondOnLambda), "1 / (157.5 us × 1,769 / 1,024), assumed"],
      ["functions that fill the default throttle", (10_000 / perSecondOnLambda).toFixed(1), "10,000 / that"],
    ],
  );
}

export function accountTable(): string {
  const rows = [1_000, 10_000, 100_000, 1_000_000, 2_000_000].map((connections) => {
    const { idlePerSecond, leftPerSecond, broadcastsPerMinute, reconnectMinutes } = accountCapacity(connections);
    return [
      integer(connections),
      significant(idlePerSecond),
      integer(leftPerSecond),
      significant(broadcastsPerMinute),
      significant(reconnectMinutes),
    ];
  });
  return table(
    [
      "connections",
      "requests/s of idle clients",
      "left for notifications and messages, a second",
      "broadcasts to all, a minute",
      "minutes until all are back after a cut",
    ],
    rows,
  );
}

/** All clients come back after a cut, and get what they have missed. */
export function comebackTable(): string {
  const raised = { throttle: { ratePerSecond: 50_000 }, newConnectionsPerSecond: 2_500 };
  const rows = [
    ...[10_000, 100_000, 1_000_000].flatMap((connections) =>
      [0, 15, 100].map((missed) => ({ connections, missed, quotas: DEFAULT_QUOTAS })),
    ),
    { connections: 1_000_000, missed: 100, quotas: raised },
  ].map(({ connections, missed, quotas }) => {
    const { clientsPerSecond, limit, minutes, functions } = comeback({ connections, missed }, quotas);
    return [
      integer(connections),
      integer(missed),
      integer(quotas.newConnectionsPerSecond),
      integer(quotas.throttle.ratePerSecond),
      integer(clientsPerSecond),
      limit,
      significant(minutes),
      String(functions),
    ];
  });
  const head = [
    "connections",
    "notifications that each has missed",
    "new connections per s",
    "throttle per s",
    "clients per s",
    "limited by",
    "minutes until all have everything",
    "control functions",
  ];
  return table(head, rows);
}

export function limitsTable(): string {
  const { byNewConnections, byRefresh, byThrottle } = connectionLimits();
  return table(
    ["connections at most, by", "", "arithmetic"],
    [
      ["new connections, if each lasts two hours", integer(byNewConnections), "500 / s × 7,200 s"],
      ["new connections, with the refresh of the client library", integer(byRefresh), "500 / s × 6,270 s"],
      [
        "the throttle, if nobody does anything but ping and refresh",
        integer(byThrottle),
        "10,000 / s ÷ (1 / 300 s + 1 / 6,270 s)",
      ],
    ],
  );
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000];

export function costTable(usage = USAGE, costOf: (usage: Usage) => MonthCost = monthCost): string {
  const costs = SIZES.map((connections) => costOf({ ...usage, connections }));
  const dollars = (value: number) => (value >= 100 ? integer(value) : value.toFixed(2));
  const parts = Object.keys(costs[0]?.parts ?? {});
  return table(
    ["US dollars a month", ...SIZES.map((size) => `${integer(size)} users`)],
    [
      ["**a user**", ...costs.map(({ total }, index) => `**${(total / (SIZES[index] ?? 1)).toFixed(4)}**`)],
      ...parts.map((part) => [part, ...costs.map(({ parts: own }) => dollars(own[part] ?? 0))]),
      ["**together**", ...costs.map(({ total }) => `**${dollars(total)}**`)],
    ],
  );
}

/** What a chat room and a live event cost, besides the connections. */
function channelTable(): string {
  const costs = [CHAT_ROOM, LIVE_EVENT].map(channelCost);
  const dollars = (value: number) => (value >= 100 ? integer(value) : value.toFixed(2));
  const parts = Object.keys(costs[0]?.parts ?? {});
  return table(
    ["US dollars", "a chat room of 100, a month", "a live event of 1,000,000, once"],
    [
      ...parts.map((part) => [part, ...costs.map(({ parts: own }) => dollars(own[part] ?? 0))]),
      ["**together**", ...costs.map(({ total }) => `**${dollars(total)}**`)],
    ],
  );
}

/** The blocks of generated figures, by the name between the markers of the docs. */
export const BLOCKS: Readonly<Record<string, () => string>> = {
  limits: limitsTable,
  account: accountTable,
  comeback: comebackTable,
  "single-function": singleFunctionTable,
  broadcast: broadcastTable,
  "broadcast-beside-clients": broadcastBesideClientsTable,
  "channel-times": channelTimesTable,
  assumptions: () => ASSUMPTIONS.map((line) => `- ${line}`).join("\n"),
  cost: () => costTable(),
  "cost-history": () => costTable(USAGE, (usage) => historyCost(usage, 86_400)),
  "cost-channels": channelTable,
  "cost-always-on": () => costTable({ ...USAGE, hoursOnlineADay: 24 }),
};
