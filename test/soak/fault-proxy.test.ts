import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "../e2e/until";
import { type FaultProxy, startFaultProxy } from "./fault-proxy";
import type { CallFate } from "./weather";

describe("the proxy between functions and services", () => {
  let service: Server;
  let proxy: FaultProxy;
  let fate: CallFate;
  /** How many calls have come to the proxy. */
  let calls = 0;
  /** What the service has got. */
  const got: string[] = [];
  beforeAll(async () => {
    service = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        got.push(`${request.method} ${request.url} ${request.headers.host} ${body}`);
        response.writeHead(201, { "x-of": "service" }).end("done");
      });
    });
    await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
    proxy = await startFaultProxy(() => {
      calls++;
      return fate;
    });
    proxy.upstream = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    got.length = 0;
  });
  afterAll(async () => {
    await proxy.stop();
    service.closeAllConnections();
    await new Promise((resolve) => service.close(resolve));
  });

  const call = (signal?: AbortSignal) => fetch(`${proxy.url}/path?a=1`, { method: "POST", body: "body", signal });
  const host = () => new URL(proxy.url).host;

  it("gives the service the call as it was signed, and the caller its answer", async () => {
    fate = { goes: "through" };
    const response = await call();
    expect([response.status, response.headers.get("x-of"), await response.text()]).toEqual([201, "service", "done"]);
    expect(got).toEqual([`POST /path?a=1 ${host()} body`]);
  });

  it("refuses a call, of which the service learns nothing", async () => {
    fate = { goes: 503 };
    expect((await call()).status).toBe(503);
    expect(got).toEqual([]);
  });

  it("loses the answer to a call that was done", async () => {
    fate = { goes: "lost" };
    await expect(call()).rejects.toThrow("fetch failed");
    expect(got).toEqual([`POST /path?a=1 ${host()} body`]);
  });

  it("does a late call even if its caller has gone", async () => {
    fate = { goes: "slow", milliseconds: 500 };
    const before = calls;
    const leave = new AbortController();
    const answer = call(leave.signal);
    await until("the call", () => calls > before);
    leave.abort();
    await expect(answer).rejects.toThrow("aborted");
    await until("the late call", () => got.length > 0);
    expect(got).toEqual([`POST /path?a=1 ${host()} body`]);
  });
});
