import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CALLER_MILLISECONDS, identifyCallersWith } from "../../../local/gateway-process/roles";

const SESSION = { known: true, secretAccessKey: "secret", sessionToken: "token", arn: "arn:role" };

describe("the gateway asks who calls @connections", () => {
  let server: Server;
  let questions: string[];
  let answer: object;
  let now: number;
  let identify: ReturnType<typeof identifyCallersWith>;
  beforeEach(async () => {
    questions = [];
    answer = { ...SESSION, decision: "Allow" };
    now = 0;
    server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const { accessKeyId, resource } = JSON.parse(body);
      questions.push(`${accessKeyId} ${resource}`);
      response.end(JSON.stringify(answer));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "root", secretAccessKey: "root" };
    identify = identifyCallersWith({ endpoint, region: "us-east-1", credentials }, () => now);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("once for many calls of a broadcast, also when they come at the same time", async () => {
    const callers = await Promise.all(Array.from({ length: 100 }, () => identify("ASIA", "POST")));
    now = CALLER_MILLISECONDS - 1;
    callers.push(await identify("ASIA", "POST"));
    const credentials = { accessKeyId: "ASIA", secretAccessKey: "secret", sessionToken: "token" };
    expect(new Set(callers.map((caller) => JSON.stringify(caller)))).toEqual(
      new Set([JSON.stringify({ credentials, arn: "arn:role", decision: "allow" })]),
    );
    expect(questions).toEqual(["ASIA POST"]);
  });

  it("for each key and each resource", async () => {
    await identify("ASIA", "POST");
    await identify("ASIA", "DELETE");
    await identify("ASIB", "POST");
    expect(questions).toEqual(["ASIA POST", "ASIA DELETE", "ASIB POST"]);
  });

  it.each([
    ["ImplicitDeny", "implicit deny"],
    ["Deny", "explicit deny"],
  ])("again after a moment, so that a changed policy acts: %s", async (decision, expected) => {
    await identify("ASIA", "POST");
    answer = { ...SESSION, decision };
    now = CALLER_MILLISECONDS;
    expect(await identify("ASIA", "POST")).toMatchObject({ decision: expected });
  });

  it("again at once when nobody has the key, or the question failed", async () => {
    answer = { known: false };
    expect(await identify("ASIA", "POST")).toBeUndefined();
    expect(await identify("ASIA", "POST")).toBeUndefined();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(identify("ASIB", "POST")).rejects.toThrow();
    await expect(identify("ASIB", "POST")).rejects.toThrow();
    expect(questions).toEqual(["ASIA POST", "ASIA POST"]);
  });
});
