import { execFile } from "node:child_process";
import * as net from "node:net";
import path from "node:path";
import { HttpPool, type HttpRequest } from "../../../handlers/aws/http-pool";
import { rawServer, type ScriptedServer, scriptedServer } from "../support/scripted-server";

const request = (over: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "POST",
  path: "/@connections/abc%3D",
  headers: "host: localhost\r\n",
  body: Buffer.from("héllo"),
  timeoutMs: 20_000,
  ...over,
});

describe("HttpPool", () => {
  let server: ScriptedServer | Awaited<ReturnType<typeof rawServer>>;
  let pool: HttpPool;

  afterEach(async () => {
    pool?.close();
    await server?.close();
  });

  it("sends method, path, headers and body, and gives the answer of any status", async () => {
    const scripted = await scriptedServer(() => ({
      status: 410,
      headers: { "x-amzn-requestid": "r-1" },
      body: "gone",
    }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    const response = await pool.request(request());
    expect(response).toMatchObject({ status: 410, keepAlive: true });
    expect(response.header("x-amzn-requestid")).toBe("r-1");
    expect(response.body.toString()).toBe("gone");
    expect(scripted.requests).toMatchObject([
      { method: "POST", path: "/@connections/abc%3D", headers: { "content-length": "6" }, body: "héllo" },
    ]);
  });

  it("keeps to its connections and uses each again", async () => {
    const scripted = await scriptedServer(() => ({ status: 200, delayMs: 1 }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 4 });
    const responses = await Promise.all(Array.from({ length: 3_000 }, () => pool.request(request())));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(3_000);
    expect([scripted.connections(), scripted.peakConnections()]).toEqual([4, 4]);
  });

  it("sends a body larger than the socket takes at once", async () => {
    const scripted = await scriptedServer(() => ({ status: 200 }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await pool.request(request({ body: Buffer.alloc(5_000_000, "x") }));
    expect(scripted.requests[0]?.body).toHaveLength(5_000_000);
  });

  it("opens a new connection after the server said close", async () => {
    const scripted = await scriptedServer(() => ({ status: 200, headers: { connection: "close" } }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await pool.request(request());
    await pool.request(request());
    expect(scripted.connections()).toBe(2);
  });

  it("reads an answer that ends with the connection", async () => {
    server = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nuntil the end"));
    pool = new HttpPool({ endpoint: server.endpoint, maxConnections: 1 });
    expect((await pool.request(request())).body.toString()).toBe("until the end");
  });

  it("reports a reset as one, and does not send again what may have arrived", async () => {
    const scripted = await scriptedServer(() => "reset");
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await expect(pool.request(request())).rejects.toMatchObject({ failure: "reset", mayHaveArrived: true });
    expect(scripted.requests).toHaveLength(1);
  });

  it("reports an answer cut short as a reset", async () => {
    server = await rawServer((socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
    pool = new HttpPool({ endpoint: server.endpoint, maxConnections: 1 });
    await expect(pool.request(request())).rejects.toMatchObject({ failure: "reset" });
  });

  it("reports what is not HTTP as a protocol failure and drops the connection", async () => {
    server = await rawServer((socket) => socket.write("SSH-2.0-nope\r\n\r\n"));
    pool = new HttpPool({ endpoint: server.endpoint, maxConnections: 1 });
    await expect(pool.request(request())).rejects.toMatchObject({ failure: "protocol" });
  });

  it("gives up on a silent server after the time-out, and goes on with a new connection", async () => {
    let silent = true;
    const scripted = await scriptedServer(() => (silent ? "silence" : { status: 200 }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await expect(pool.request(request({ timeoutMs: 20 }))).rejects.toMatchObject({ failure: "timeout" });
    silent = false;
    expect((await pool.request(request())).status).toBe(200);
    expect(scripted.connections()).toBe(2);
  });

  it("does not send after the deadline", async () => {
    const scripted = await scriptedServer(() => ({ status: 200 }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await pool.request(request());
    await expect(pool.request(request({ deadline: Date.now() - 1 }))).rejects.toMatchObject({
      failure: "deadline",
      mayHaveArrived: false,
    });
    expect(scripted.requests).toHaveLength(1);
  });

  it("ends a request under way at the deadline", async () => {
    const scripted = await scriptedServer(() => "silence");
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await expect(pool.request(request({ deadline: Date.now() + 50 }))).rejects.toMatchObject({ failure: "timeout" });
  });

  it("reports a refused connection as one: nothing can have arrived", async () => {
    server = await scriptedServer(() => ({ status: 200 }));
    await server.close();
    pool = new HttpPool({ endpoint: server.endpoint, maxConnections: 2 });
    const outcomes = await Promise.allSettled([
      pool.request(request()),
      pool.request(request()),
      pool.request(request()),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { failure: "connect", mayHaveArrived: false } });
    }
  });

  it("lets the connections that live serve what waits when no more can be opened", async () => {
    // The first connection is taken; the others are reset before they are TLS or anything.
    let accepted = 0;
    const scripted = await scriptedServer(() => ({ status: 200, delayMs: 20 }));
    const gate = net.createServer((socket) => {
      socket.on("error", () => socket.destroy());
      if (++accepted > 1) {
        socket.resetAndDestroy();
        return;
      }
      const upstream = net.connect(Number(new URL(scripted.endpoint).port), "127.0.0.1");
      upstream.on("error", () => socket.destroy());
      socket.on("close", () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    });
    await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
    const { port } = gate.address() as net.AddressInfo;
    server = {
      ...scripted,
      close: () => Promise.all([scripted.close(), new Promise((done) => gate.close(done))]).then(),
    };
    pool = new HttpPool({ endpoint: `http://127.0.0.1:${port}`, maxConnections: 8 });
    expect((await pool.request(request())).status).toBe(200);
    gate.close();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => pool.request(request())));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(accepted).toBe(1);
  });

  it("ends thousands of requests whose deadline passed while they waited", async () => {
    const scripted = await scriptedServer(() => ({ status: 200, delayMs: 60 }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    const first = pool.request(request());
    const deadline = Date.now() + 30;
    const late = await Promise.allSettled(Array.from({ length: 20_000 }, () => pool.request(request({ deadline }))));
    expect((await first).status).toBe(200);
    expect(new Set(late.map((outcome) => outcome.status === "rejected" && outcome.reason.failure))).toEqual(
      new Set(["deadline"]),
    );
  });

  it("does not use an idle connection that the server has hung up on", async () => {
    const scripted = await scriptedServer(() => ({ status: 200 }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await pool.request(request());
    scripted.hangUp();
    // Two answers on fresh connections are proof that the hang-up has been seen meanwhile.
    const other = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    await other.request(request());
    other.close();
    expect((await pool.request(request())).status).toBe(200);
  });

  it("sends a repeatable request again when it met a stale connection, and another one not", async () => {
    // The server resets each connection at its second request, as one does whose keep-alive time has just run out.
    const seen = new WeakMap<object, number>();
    server = await rawServer((socket) => {
      const count = (seen.get(socket) ?? 0) + 1;
      seen.set(socket, count);
      if (count === 2) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    pool = new HttpPool({ endpoint: server.endpoint, maxConnections: 1 });
    await pool.request(request());
    expect((await pool.request(request({ repeatable: true }))).status).toBe(200);
    await expect(pool.request(request())).rejects.toMatchObject({ failure: "reset" });
  });

  it("ends the requests that have had their time, whatever order they began in, and no other", async () => {
    const scripted = await scriptedServer(({ path }) => (path === "/" ? { status: 200, delayMs: 30 } : "silence"));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 4 });
    const ended: string[] = [];
    const paths = ["/60", "/20", "/40", "/"];
    await Promise.all(
      paths.map((path) =>
        pool
          .request(request({ path, timeoutMs: Number(path.slice(1)) || 20_000 }))
          .then(({ status }) => ended.push(`${status}`))
          .catch(({ failure }) => ended.push(`${path} ${failure}`)),
      ),
    );
    expect(ended.sort()).toEqual(["/20 timeout", "/40 timeout", "/60 timeout", "200"]);
  });

  it("keeps the process alive while a request is under way, and not for idle connections", async () => {
    const scripted = await scriptedServer(() => ({ status: 200, delayMs: 50 }));
    server = scripted;
    pool = new HttpPool({ endpoint: scripted.endpoint, maxConnections: 1 });
    const module = path.resolve(__dirname, "../../../handlers/aws/http-pool.ts");
    const program = `
      const { HttpPool } = require(${JSON.stringify(module)});
      const pool = new HttpPool({ endpoint: ${JSON.stringify(scripted.endpoint)}, maxConnections: 1 });
      const send = (path) => pool.request({ method: "POST", path, headers: "host: x\\r\\n", timeoutMs: 20_000 });
      send("/1").then(() => send("/2")).then(({ status }) => console.log(status));`;
    const child = execFile(process.execPath, ["--import", "tsx", "-e", program]);
    let output = "";
    child.stdout?.on("data", (text: string) => {
      output += text;
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect([code, output]).toEqual([0, "200\n"]);
  });

  it("fails what waits when it is closed", async () => {
    server = await scriptedServer(() => "silence");
    pool = new HttpPool({ endpoint: server.endpoint, maxConnections: 1 });
    const outcomes = Promise.allSettled([pool.request(request()), pool.request(request())]);
    pool.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(pool.request(request())).rejects.toMatchObject({ failure: "connect" });
  });

  it.each([
    [{ path: "/a b" }, "a request's path must be percent-encoded"],
    [{ path: "/a\r\nx: y" }, "a request's path must be percent-encoded"],
  ])("rejects a request that would smuggle another: %j", async (over, message) => {
    server = await scriptedServer(() => ({ status: 200 }));
    pool = new HttpPool({ endpoint: server.endpoint, maxConnections: 1 });
    await expect(pool.request(request(over))).rejects.toThrow(message);
  });

  it("rejects an endpoint that is not http or https", () => {
    expect(() => new HttpPool({ endpoint: "wss://example.com", maxConnections: 1 })).toThrow(
      "an endpoint must begin with https:// or http://, got wss://",
    );
  });
});
