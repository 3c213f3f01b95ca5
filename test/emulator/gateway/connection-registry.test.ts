import type { Connection } from "../../../emulator/gateway/connection";
import { ConnectionRegistry } from "../../../emulator/gateway/connection-registry";

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const connection = (id: string): Connection => ({
  id,
  stageName: "dev",
  connectedAt: Date.now(),
  identity: { sourceIp: "127.0.0.1", userAgent: "" },
  authorizer: {},
  lastActiveAt: Date.now(),
  inFlight: 0,
  waiting: [],
  socket: undefined,
});

/** A registry with an idle limit of 10 minutes and a lifetime of two hours, and when each connection has ended. */
function registry(): { readonly connections: ConnectionRegistry; readonly ended: (readonly [string, number])[] } {
  const ended: (readonly [string, number])[] = [];
  const connections = new ConnectionRegistry(
    { idleMilliseconds: 600_000, lifetimeMilliseconds: 7_200_000 },
    Date.now,
    ({ id }) => ended.push([id, Math.round(Date.now() / 1_000)]),
  );
  return { connections, ended };
}

it("ends a connection that is idle for the limit, each at its own time", () => {
  const { connections, ended } = registry();
  connections.add(connection("a"));
  jest.advanceTimersByTime(60_000);
  connections.add(connection("b"));
  jest.advanceTimersByTime(3_600_000);
  expect(ended).toEqual([
    ["a", 600],
    ["b", 660],
  ]);
  expect([connections.size, jest.getTimerCount()]).toEqual([0, 0]);
});

it("activity puts off the idle limit, and not the end of the lifetime", () => {
  const { connections, ended } = registry();
  const [active, quiet] = [connection("active"), connection("quiet")];
  connections.add(active);
  connections.add(quiet);
  const talking = setInterval(() => connections.touch(active), 599_000);
  jest.advanceTimersByTime(7_199_000);
  expect(ended).toEqual([["quiet", 600]]);
  jest.advanceTimersByTime(2_000);
  clearInterval(talking);
  expect(ended).toEqual([
    ["quiet", 600],
    ["active", 7_200],
  ]);
});

it("forgets what is removed, and keeps no timer once closed", () => {
  const { connections, ended } = registry();
  const [gone, open] = [connection("gone"), connection("open")];
  connections.add(gone);
  connections.add(open);
  expect([connections.remove(gone), connections.remove(gone)]).toEqual([true, false]);
  connections.touch(gone);
  expect([connections.get("gone"), connections.all()]).toEqual([undefined, [open]]);
  connections.close();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(7_200_000);
  expect(ended).toEqual([]);
});
