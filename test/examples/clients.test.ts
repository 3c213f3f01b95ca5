import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { type WebSocket, WebSocketServer } from "ws";
import { until } from "../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { ensurePythonClients } from "../support/python-clients";

jest.setTimeout(60_000);

/** A server that accepts tokens which begin with "good", and notes what each connection says. */
class ScriptedServer {
  readonly sockets: WebSocket[] = [];
  readonly frames: string[] = [];
  readonly tokens: string[] = [];
  answersPings = true;
  readonly #http: Server = createServer();
  readonly #ws = new WebSocketServer({ noServer: true });

  async start(): Promise<string> {
    this.#http.on("upgrade", (request, connection, head) => {
      const token = new URL(request.url ?? "", "http://sumu").searchParams.get("authorization") ?? "";
      this.tokens.push(token);
      if (!token.startsWith("good")) {
        connection.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
      }
      this.#ws.handleUpgrade(request, connection, head, (socket) => {
        this.sockets.push(socket);
        socket.on("message", (frame) => this.#receive(socket, String(frame)));
      });
    });
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/dev`;
  }

  #receive(socket: WebSocket, frame: string): void {
    this.frames.push(frame);
    const { action } = JSON.parse(frame) as { action: string };
    if (action !== "ping") socket.send(JSON.stringify({ type: "ack", action, requestId: "E=" }));
    else if (this.answersPings) socket.send('{"type":"pong","statusCode":200,"connectionId":"J="}');
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.#http.close();
    await once(this.#http, "close");
  }
}

const PING = '{"action":"ping"}';
const node = async () => [process.execPath, path.join(__dirname, "drive-client.mjs")];
const python = async () => [await ensurePythonClients(), path.join(__dirname, "drive_client.py")];

/** The rules of docs/writing-a-client.md. */
function describeClient(title: string, command: () => Promise<readonly string[]>): void {
  describe(title, () => {
    let server: ScriptedServer;
    let url: string;
    let child: ChildProcessWithoutNullStreams | undefined;
    let lines: unknown[];

    beforeAll(async () => {
      await command();
    }, INSTALL_TIMEOUT_MILLISECONDS);
    beforeEach(async () => {
      server = new ScriptedServer();
      url = await server.start();
    });
    afterEach(async () => {
      if (child !== undefined && child.exitCode === null) {
        child.kill();
        await once(child, "exit");
      }
      await server.stop();
    });

    async function run(options: object): Promise<void> {
      const [program = "", script = ""] = await command();
      lines = [];
      child = spawn(program, [script, JSON.stringify({ url, ...options })]);
      child.stderr.pipe(process.stderr);
      createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line)));
    }

    it("gives notifications of any JSON to the application, and keeps answers to itself", async () => {
      await run({ tokens: ["good"] });
      await until("the message", () => server.frames.length === 1);
      expect(JSON.parse(server.frames[0] ?? "")).toEqual({ action: "send", message: { hello: "backend" } });
      const [socket] = server.sockets;
      socket?.send('{"message":"Forbidden","connectionId":"J=","requestId":"E="}');
      socket?.send('{"type":"error","action":"send","requestId":"E=","message":"…"}');
      for (const data of ['{"order":4711}', '"text"', "null", "[1]", '{"type":"pong2"}']) socket?.send(data);
      await until("the notifications", () => lines.length === 6);
      expect(lines).toEqual([
        { online: true },
        { notification: { order: 4711 } },
        { notification: "text" },
        { notification: null },
        { notification: [1] },
        { notification: { type: "pong2" } },
      ]);
    });

    it("pings when it is quiet, and stays on a connection that answers", async () => {
      await run({ tokens: ["good"], quietSeconds: 0.1, pongSeconds: 20 });
      await until("three pings", () => server.frames.filter((frame) => frame === PING).length >= 3);
      expect(server.sockets).toHaveLength(1);
      expect(lines).toEqual([{ online: true }]);
    });

    it("leaves a connection that does not answer a ping, and connects with a new token", async () => {
      server.answersPings = false;
      await run({ tokens: ["good 1", "good 2"], quietSeconds: 0.2, pongSeconds: 0.2 });
      await until("a second connection", () => server.sockets.length >= 2);
      expect(server.tokens.slice(0, 2)).toEqual(["good 1", "good 2"]);
    });

    it("connects again when its connection is closed", async () => {
      await run({ tokens: ["good 1", "good 2"] });
      await until("a connection", () => server.frames.length === 1);
      server.sockets[0]?.close(1001);
      await until("a second connection", () => server.frames.length === 2);
      expect(server.tokens).toEqual(["good 1", "good 2"]);
    });

    it("gets a new token when one is refused", async () => {
      await run({ tokens: ["old", "good"] });
      await until("a connection", () => server.sockets.length === 1);
      expect(server.tokens).toEqual(["old", "good"]);
    });

    it("stops when two tokens in a row are refused", async () => {
      await run({ tokens: ["old", "older", "good"] });
      await until("the end", () => lines.length === 1);
      expect(lines).toEqual([{ error: expect.stringContaining("403") }]);
      expect(server.tokens).toEqual(["old", "older"]);
    });
  });
}

describeClient("the client for Node.js", node);
// The same place that installs the local AWS installs the Python packages.
describeWithLocalAws("with Python packages", () => describeClient("the client for Python", python));
