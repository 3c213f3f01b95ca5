import { readFile } from "node:fs/promises";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import WebSocket from "ws";
import { type LocalStack, startLocalStack } from "../local/local-stack";
import type { BenchSession } from "./session";
import type { BenchRow } from "./table";

const CONNECTIONS = 5_000;
/** The number of handshakes at once. Each needs its own authorizer in the local AWS, which is a process. */
const HANDSHAKES_AT_ONCE = 16;
const BROADCAST_DEADLINE_MILLISECONDS = 60_000;
/** Long enough for a second copy of a frame to show. */
const SETTLING_MILLISECONDS = 1_000;
/** Linux counts processes' CPU time in hundredths of a second. */
const MICROSECONDS_PER_TICK = 10_000;

const SECTION = "SUMU on one machine (CPU and memory of the gateway's process)";
const OPENED = `${CONNECTIONS} connections opened`;
const BROADCAST = `broadcast to ${CONNECTIONS} connections`;

/** SUMU on this machine with 5,000 connections open, and a broadcast to all of them. Either row takes both. */
export async function benchLocal(session: BenchSession): Promise<BenchRow[]> {
  const wanted = [OPENED, BROADCAST].filter((name) => session.wants(SECTION, name));
  if (wanted.length === 0) return [];
  session.progress(`${OPENED}, ${BROADCAST}`);
  const stack = await startLocalStack();
  const sockets: WebSocket[] = [];
  try {
    const counts = new Uint8Array(CONNECTIONS);
    const connecting = await measure(stack, () => connectAll(stack, sockets, counts));
    const broadcast = await measure(stack, () => broadcastTo(stack, counts));
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MILLISECONDS));
    const once = counts.filter((count) => count === 1).length;
    const more = counts.filter((count) => count > 1).length;
    return [
      { section: SECTION, name: OPENED, unit: "connection", ...connecting },
      {
        section: SECTION,
        name: BROADCAST,
        unit: "message",
        ...broadcast,
        bound: {
          text: `${CONNECTIONS} once, 0 more often`,
          holds: once === CONNECTIONS,
          measured: `${once} once, ${more} more often`,
        },
      },
    ];
  } finally {
    for (const socket of sockets) socket.terminate();
    await stack.stop();
  }
}

async function measure(
  { gateway }: LocalStack,
  action: () => Promise<void>,
): Promise<Pick<BenchRow, "cpuMicroseconds" | "perSecond" | "peakMebibytes">> {
  const before = await cpuMicroseconds(gateway.pid);
  const startedAt = performance.now();
  await action();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    cpuMicroseconds: ((await cpuMicroseconds(gateway.pid)) - before) / CONNECTIONS,
    perSecond: CONNECTIONS / seconds,
    peakMebibytes: await peakMebibytes(gateway.pid),
  };
}

async function connectAll({ info, issuer }: LocalStack, sockets: WebSocket[], counts: Uint8Array): Promise<void> {
  let next = 0;
  const connectNext = async (): Promise<void> => {
    for (let index = next++; index < CONNECTIONS; index = next++) {
      const url = new URL(info.websocket_url);
      url.searchParams.set("authorization", await issuer.mint(`user-${index}`));
      const socket = new WebSocket(url);
      sockets.push(socket);
      socket.on("message", () => {
        counts[index] = (counts[index] ?? 0) + 1;
      });
      await new Promise<void>((resolve, reject) => {
        socket.once("open", resolve);
        socket.once("error", reject);
      });
    }
  };
  await Promise.all(Array.from({ length: HANDSHAKES_AT_ONCE }, connectNext));
}

/** Waits until every connection has the message or the time is over. The table then says who has no message. */
async function broadcastTo({ info, aws }: LocalStack, counts: Uint8Array): Promise<void> {
  const deadline = performance.now() + BROADCAST_DEADLINE_MILLISECONDS;
  const MessageBody = JSON.stringify({ data: { type: "news", text: "x".repeat(200) } });
  await aws.sqs.send(new SendMessageCommand({ QueueUrl: info.notifications.queue.url, MessageBody }));
  while (counts.includes(0) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** User and system, as Linux counts them; 0 elsewhere. */
async function cpuMicroseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name, in parentheses, may have spaces, so the fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * MICROSECONDS_PER_TICK;
}

async function peakMebibytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1_024;
}
