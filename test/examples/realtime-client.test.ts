import { connectShop, type Session } from "../../examples/browser/realtime-client";
import { Device } from "../client/support/device";

const GLOBALS = ["WebSocket", "localStorage"] as const;

let device: Device;
let told: unknown[];
let stored: Map<string, string>;
let close: () => Promise<void>;
const before = GLOBALS.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

beforeEach(() => {
  device = new Device();
  [told, stored] = [[], new Map()];
  const localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
  };
  const values = { WebSocket: device.server.WebSocket, localStorage };
  for (const name of GLOBALS) Object.defineProperty(globalThis, name, { value: values[name], configurable: true });
});
afterEach(async () => {
  await close();
  await device.close();
  for (const [name, descriptor] of before) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else delete (globalThis as Record<string, unknown>)[name];
  }
});

/** Connects the page of a customer, up to the first socket. */
async function connect(session: Partial<Session> = {}) {
  const sumu = connectShop(
    { url: "wss://live.example.com/v1", userId: "alice", token: async () => "token", ...session },
    {
      show: (event) => told.push(event),
      refetch: () => told.push("refetch"),
      setOnline: (isOnline) => told.push(isOnline),
      askToSignIn: () => told.push("sign in"),
    },
  );
  close = sumu.close;
  await device.pass(0);
  return sumu;
}

describe("the page of the shop", () => {
  it("shows what the backend sends, and whether it is online", async () => {
    await connect();
    const socket = await device.open(0);
    const data = { type: "order.shipped", order: 4711 };
    socket.push({ type: "notification", id: "1", data });
    socket.end();
    expect(told).toEqual([true, data, false]);
  });

  it("loads the orders from the backend if it may have missed something", async () => {
    await connect();
    (await device.open(0)).end();
    await device.pass(500);
    await device.open(1);
    expect(told).toEqual([true, false, false, true, "refetch"]);
  });

  it("goes on after a reload where it was, and keeps the places of two users apart", async () => {
    const place = (text: number) => `176400000000${text}-a`;
    for (const [index, userId] of ["alice", "bob"].entries()) {
      await connect({ userId });
      const socket = device.server.socket(index);
      socket.open();
      await device.pass(0);
      const { id, after } = socket.last("recover");
      expect(after).toBeUndefined();
      socket.push({ type: "recovered", id, cursor: place(index), complete: true });
      await device.pass(0);
      await close();
    }
    expect([...stored.keys()]).toEqual(["shop:alice", "shop:bob"]);

    await connect({ userId: "alice" });
    device.server.socket(2).open();
    await device.pass(0);
    expect(device.server.socket(2).last("recover").after).toBe(place(0));
  });

  it("asks the customer to sign in if there is no token", async () => {
    await connect({ token: async () => undefined });
    expect(told).toEqual([false, "sign in"]);
  });

  it("asks the customer to sign in if the backend has ended the session", async () => {
    await connect();
    (await device.open(0)).push({ type: "disconnect", reason: "signed_out", reconnect: false });
    expect(told).toEqual([true, false, "sign in"]);
  });

  it("does not ask a customer who has signed out", async () => {
    const sumu = await connect();
    await device.open(0);
    await sumu.close();
    expect(told).toEqual([true, false]);
  });
});
