import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { WebSocketServer } from "ws";
import { ClientConnection } from "../../tool/src/client-connection";
import type { Call } from "../../tool/src/command";
import { readToken } from "../../tool/src/read-token";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

describe("a client's connection of the operator's tool", () => {
  let server: Server;
  let status = 101;
  const requests: IncomingMessage[] = [];
  beforeAll(async () => {
    const sockets = new WebSocketServer({ noServer: true });
    server = createServer();
    server.on("upgrade", (request, socket, head) => {
      requests.push(request);
      if (status !== 101) {
        const body = '{"message": "Forbidden", "connectionId":"c1==", "requestId":"EOoEpG3KoAMEMEA="}';
        socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => client.close(1001, "Going away"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const open = (tokenSource: "query" | "header" | "either") => {
    const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/live`);
    return ClientConnection.open({ url, tokenSource }, { token: TOKEN, protocol: "2", onFrame: () => {} });
  };

  it.each([
    ["query", `/live?authorization=${TOKEN}&protocol=2`, undefined],
    ["either", `/live?authorization=${TOKEN}&protocol=2`, undefined],
    ["header", "/live?protocol=2", TOKEN],
  ] as const)(
    "has the token where token_source %s wants it, and ends with the server's code",
    async (source, url, header) => {
      status = 101;
      const connection = await open(source);
      expect(await connection.closed).toEqual({ code: 1001, reason: "Going away" });
      const { url: asked, headers } = requests.at(-1) as IncomingMessage;
      expect([asked, headers.authorization]).toEqual([url, header]);
    },
  );

  it.each([
    [401, "the gateway finds no token where token_source says: the address may be that of another stack"],
    [429, "too many clients connect at once: docs/limits-and-capacity.md has the limits"],
    [500, 'the authorizer failed, or the gateway may not invoke it: run "sumu doctor"'],
    [302, "this is no answer of API Gateway: check the address"],
  ])("is refused with %i, which is explained, and the logs' name of the request is given", async (answer, meaning) => {
    status = answer;
    await expect(open("query")).rejects.toMatchObject({ status: answer, requestId: "EOoEpG3KoAMEMEA=", meaning });
  });

  it("says that nobody answers, without the token", async () => {
    const entrance = { url: new URL("ws://127.0.0.1:1/live"), tokenSource: "query" } as const;
    await expect(ClientConnection.open(entrance, { token: TOKEN, onFrame: () => {} })).rejects.toThrow(
      /^ws:\/\/127\.0\.0\.1:1 does not answer \(ECONNREFUSED\): check the address and the network$/,
    );
  });
});

describe("the token of a client", () => {
  const read = (options: Call["options"], token?: Call["token"]) =>
    readToken({ options, token, progress: () => {}, lines: () => ({ secret: async () => ` ${TOKEN} ` }) } as never);
  afterEach(() => {
    delete process.env.SUMU_TOKEN;
  });

  it("is the first line of the standard input, the content of a file, or a variable", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
    const file = path.join(folder, "token");
    await writeFile(file, `${TOKEN}\n`);
    process.env.SUMU_TOKEN = "of-the-variable";
    const found = [await read({ token: "-" }), await read({ token: file }), await read({})];
    await rm(folder, { recursive: true });
    expect(found).toEqual([TOKEN, TOKEN, "of-the-variable"]);
  });

  it.each([
    ["a token on the command line", TOKEN, "do not write a token into the command line: "],
    ["a header's value on the command line", `Bearer ${TOKEN}`, "do not write a token into the command line: "],
    ["a file that is not there", `/nowhere/${TOKEN}`, "the file that --token names cannot be read: "],
    ["no place", undefined, "there is no token: "],
  ])("rejects %s, says where the token may be, and has no part of it", async (_, token, message) => {
    const error = (await read({ token }).catch((reason: unknown) => reason)) as Error;
    expect(error.message).toBe(
      `${message}give "--token -" and write the token as the first line of the standard input, or "--token <file>", or set SUMU_TOKEN`,
    );
    expect(error.message).not.toContain(TOKEN.slice(0, 8));
  });
});
