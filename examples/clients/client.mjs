// A client of SUMU for Node.js, with the package ws. docs/writing-a-client.md explains each rule.
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";

/**
 * Stays connected until `signal` aborts. `token` gives a fresh token. `onOnline` is called for each new connection, with a function
 * that sends a message. Rejects if two tokens in a row are refused.
 */
export async function listen(options) {
  for (let tries = 0, refusals = 0; !options.signal.aborted; tries++) {
    const { status, openSeconds } = await connect(options, await options.token());
    refusals = status === 401 || status === 403 ? refusals + 1 : 0;
    if (refusals === 2) throw new Error(`The token is refused: ${status}.`);
    if (openSeconds > 60) tries = 0;
    await sleep(Math.random() * Math.min(30_000, 500 * 2 ** tries), undefined, { signal: options.signal }).catch(
      () => {},
    );
  }
}

function connect({ url, onOnline, onNotification, signal, quietSeconds = 300, pongSeconds = 10 }, token) {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url}?authorization=${encodeURIComponent(token)}`);
    const close = () => socket.close(1000);
    const refresh = setTimeout(close, (99 + 11 * Math.random()) * 60_000);
    let status, silence, openedAt;
    const after = (seconds, then) => {
      clearTimeout(silence);
      silence = setTimeout(then, seconds * 1_000);
    };
    const send = (message, action = "send") => socket.send(JSON.stringify({ action, message }));
    const ping = () => {
      socket.send('{"action":"ping"}');
      after(pongSeconds, () => socket.terminate());
    };
    socket.on("open", () => {
      openedAt = Date.now();
      after(quietSeconds, ping);
      onOnline(send);
    });
    socket.on("message", (text) => {
      after(quietSeconds, ping);
      const value = JSON.parse(text);
      if (!isAnswer(value)) onNotification(value);
    });
    socket.on("unexpected-response", (_request, response) => {
      status = response.statusCode;
      socket.terminate();
    });
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => {
      clearTimeout(silence);
      clearTimeout(refresh);
      signal.removeEventListener("abort", close);
      resolve({ status, openSeconds: openedAt === undefined ? 0 : (Date.now() - openedAt) / 1_000 });
    });
    signal.addEventListener("abort", close);
  });
}

function isAnswer(value) {
  const { type, connectionId, requestId } = value ?? {};
  return ["pong", "ack", "error"].includes(type) || (!type && Boolean(connectionId && requestId));
}
