import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import WebSocket from "ws";
import { SumuClient } from "../../client/src";
import type { LocalStack } from "../../local/local-stack";
import { ChromiumPages } from "../client/support/chromium-pages";
import { Network } from "../client/support/network";
import { Inbox } from "../e2e/inbox";
import { until } from "../e2e/until";
import { describeWithChromium } from "../support/chromium";

const NOTIFICATIONS = 20;

/** For how long the network is away. The library's own promise is tried with 30_000. */
const AWAY_MILLISECONDS = Number(process.env.SUMU_AWAY_MILLISECONDS ?? 0);

interface App {
  readonly heard: number[];
  readonly states: string[];
  readonly acknowledged: string[];
  onlineAt: number;
  completeAt: number;
}

const APP = `
  import { localStorageCursor, SumuClient } from "sumu-client";
  const [url, token] = decodeURIComponent(location.hash.slice(1)).split(" ");
  const sumu = new SumuClient({ url, token: () => token, cursor: localStorageCursor("sumu:frida") });
  const app = { sumu, heard: [], states: [], acknowledged: [], onlineAt: 0, completeAt: 0 };
  addEventListener("online", () => (app.onlineAt = Date.now()));
  sumu.on("state", (state) => app.states.push(state));
  sumu.on("message", ({ data }) => {
    app.heard.push(data);
    if (app.heard.length === ${NOTIFICATIONS}) app.completeAt = Date.now();
  });
  const send = (text) => sumu.send(text).then(() => app.acknowledged.push(text));
  const hasCursor = () => JSON.parse(localStorage.getItem("sumu:frida") ?? "{}").cursor > "0";
  Object.assign(globalThis, { app, send, hasCursor, isReady: true });`;

/** The client library in a real browser, against the local stack. */
export function describeClientLibrary(stack: () => LocalStack): void {
  describeWithChromium("the client library, in Chromium", () => {
    it(
      "is offline while 20 notifications are sent, and has each of them once when it is back",
      async () => {
        const { info, aws, issuer } = stack();
        const inbox = new Inbox(aws.sqs, info.messages.queue.url);
        const url = new URL(info.websocket_url);
        const network = await Network.to(Number(url.port));
        url.port = String(network.port);
        const pages = await ChromiumPages.open(APP);
        const token = await issuer.mint("frida");
        const witness = new SumuClient({ url: info.websocket_url, token: () => token, WebSocket: WebSocket as never });
        const witnessed: unknown[] = [];
        witness.on("message", ({ data }) => witnessed.push(data));
        try {
          const page = await pages.page(`${url} ${token}`);
          const app = () => page.evaluate(() => (globalThis as unknown as { app: App }).app);
          const send = (text: string) =>
            page.evaluate((value) => void (globalThis as unknown as { send(text: string): void }).send(value), text);
          await send("before");
          await until("the first ack", async () => (await app()).acknowledged.length === 1);
          await until("the other device", () => witness.state === "online");
          // A new device begins when SUMU has told it the cursor.
          await until("the cursor", () =>
            page.evaluate(() => (globalThis as unknown as { hasCursor(): boolean }).hasCursor()),
          );

          network.leave();
          await pages.context.setOffline(true);
          await send("while away");
          for (let sent = 0; sent < NOTIFICATIONS; sent += 10) {
            const Entries = Array.from({ length: 10 }, (_, index) => ({
              Id: String(index),
              MessageBody: JSON.stringify({ notification: { to: { users: ["frida"] }, data: sent + index } }),
            }));
            await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl: info.notifications.queue.url, Entries }));
          }
          await until("the notifications on the other device", () => witnessed.length >= NOTIFICATIONS);
          await new Promise((resolve) => setTimeout(resolve, AWAY_MILLISECONDS));
          expect((await app()).heard).toEqual([]);

          network.comeBack();
          await pages.context.setOffline(false);
          await until("all of them", async () => (await app()).heard.length >= NOTIFICATIONS);
          await until("the second ack", async () => (await app()).acknowledged.length === 2);
          const { heard, onlineAt, completeAt, acknowledged } = await app();
          expect([...heard].sort((a, b) => a - b)).toEqual([...Array(NOTIFICATIONS).keys()]);
          expect(acknowledged).toEqual(["before", "while away"]);
          if (AWAY_MILLISECONDS > 0) console.info(`all after ${Math.round(completeAt - onlineAt)} ms`);
          const received = await inbox.from("frida", "apigw.route.send", 2);
          expect(received.map(({ body }) => body)).toEqual(["before", "while away"]);
        } finally {
          await witness.close();
          await pages.close();
          await network.stop();
          await inbox.stop();
        }
      },
      60_000 + AWAY_MILLISECONDS,
    );
  });
}
