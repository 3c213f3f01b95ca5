import { randomBytes } from "node:crypto";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";

const TIMEOUT_MILLISECONDS = 10_000;

/** Asks for a WebSocket without a token, and gives the status of the answer. A socket that opens is closed at once. */
export function knock(url: URL): Promise<number> {
  const get = url.protocol === "wss:" ? httpsGet : httpGet;
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
  };
  return new Promise((resolve, reject) => {
    const address = new URL(url.href.replace(/^ws/, "http"));
    const request = get(address, { agent: false, headers, timeout: TIMEOUT_MILLISECONDS });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("upgrade", (_response, socket) => {
      socket.destroy();
      resolve(101);
    });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", reject);
  });
}
