import { randomUUID } from "node:crypto";
import { ClientConnection } from "./client-connection";
import { clientEntrance } from "./client-entrance";
import { type Result, unknown } from "./doctor";
import { HandshakeRefusedError } from "./handshake-refused-error";
import { poll } from "./poll";
import { pusherLine } from "./pusher-line";
import { hasConnection } from "./read-connections";
import { send } from "./sending";
import type { Stack } from "./stack";
import { tokenUser } from "./token-user";
import { ToolError } from "./tool-error";

/** The first invocation starts the function, and a busy stack lets a notification wait. */
const FRAME_MILLISECONDS = 20_000;
const ROW_MILLISECONDS = 5_000;
/** A line of a function's log arrives some seconds late. */
const LOG_MILLISECONDS = 60_000;
const LOG_POLL_MILLISECONDS = 1_000;

export interface ProbeOptions {
  readonly token: string;
  /** Refuses every other user, before anything is sent. @default - any user */
  readonly user?: string;
  /** Called before what takes long. */
  readonly onStep?: (step: string) => void;
  /** How long it waits for the pusher's log. */
  readonly logMilliseconds?: number;
}

interface Found {
  readonly detail?: string;
  /** If the time of the hop is another than that of the step. */
  readonly milliseconds?: number;
  readonly status?: "ok" | "off";
}

interface Hop {
  readonly id: string;
  /** What to do if it fails. */
  readonly advice: string;
  run(): Promise<Found>;
}

/**
 * Connects as a client, and sends a notification to the user of the client, hop by hop. It ends after the first hop that
 * fails. All devices of the user get the notification; history does not keep it.
 *
 * @throws ToolError if the token's user is not the one that is expected, or the address is not known
 */
export async function* probe(stack: Stack, options: ProbeOptions): AsyncGenerator<Result> {
  const { token, onStep = () => {}, logMilliseconds = LOG_MILLISECONDS } = options;
  const entrance = await clientEntrance(stack);
  const user = tokenUser(token, entrance.userIdClaim);
  if (options.user !== undefined && options.user !== user) {
    throw new ToolError(`the token is not ${options.user}'s, so ${options.user} would get a notification elsewhere`);
  }
  const id = `probe-${randomUUID()}`;
  const frames: { readonly at: number; readonly frame: Frame }[] = [];
  const onFrame = (text: string) => frames.push({ at: performance.now(), frame: parse(text) });
  const frame = (isIt: (frame: Frame) => boolean, milliseconds: number) =>
    poll(() => frames.find((one) => isIt(one.frame)), milliseconds);

  let connection: ClientConnection | undefined;
  let connectionId = "";
  let acceptedAt = 0;
  let messageId = "";
  const hops: readonly Hop[] = [
    {
      id: "handshake",
      advice: '"sumu doctor" checks the stack, "sumu token -" the token',
      run: async () => {
        connection = await ClientConnection.open(entrance, { token, protocol: "2", onFrame });
        return { detail: `as ${user}` };
      },
    },
    {
      id: "ping",
      advice: "look at the access log: sumu tail",
      run: async () => {
        connection?.send(JSON.stringify({ action: "ping" }));
        const pong = await frame(({ type }) => type === "pong", ROW_MILLISECONDS);
        connectionId = String(pong?.frame.connectionId ?? "");
        if (pong === undefined) throw new ToolError("the API did not answer a ping");
        return { detail: `connection ${connectionId}` };
      },
    },
    {
      id: "row",
      advice: "sumu doctor tables; if the table is fine, the token's user is another than its claim says",
      run: async () => {
        const row = await poll(() => hasConnection(stack, user, connectionId), ROW_MILLISECONDS);
        if (!row) throw new ToolError(`the connections table has no row of this connection for ${user}`);
        return {};
      },
    },
    {
      id: "queue",
      advice: "sumu doctor queues",
      run: async () => {
        const data = { sumu: "probe" };
        const { messageIds } = await send(stack, (sumu) => sumu.notify(user, data, { id, keep: false }));
        acceptedAt = performance.now();
        [messageId = ""] = messageIds;
        return { detail: `message ${messageId}` };
      },
    },
    {
      id: "frame",
      advice: '"sumu doctor" checks the pusher, "sumu why" with the message above shows what became of it',
      run: async () => {
        const found = await frame((one) => one.type === "notification" && one.id === id, FRAME_MILLISECONDS);
        if (found === undefined) throw new ToolError(`no notification came within ${FRAME_MILLISECONDS / 1_000} s`);
        return { detail: "from the queue to the client", milliseconds: Math.max(0, Math.round(found.at - acceptedAt)) };
      },
    },
    {
      id: "pusher",
      advice: "sumu doctor log-groups",
      run: async () => {
        onStep("Waiting for the pusher's log, which has its lines some seconds late");
        const pushed = await poll(() => pusherLine(stack, messageId), logMilliseconds, LOG_POLL_MILLISECONDS);
        if (pushed === undefined) {
          return {
            status: "off",
            detail: "its log does not name the message: it came with others, or the log is late",
          };
        }
        const { durationMs, waitedMs } = pushed;
        return { detail: `from the queue to its start; then it worked ${durationMs} ms`, milliseconds: waitedMs };
      },
    },
  ];
  try {
    for (const { id: hop, advice, run } of hops) {
      const startedAt = performance.now();
      const found: Found | Failure = await run().catch((error: unknown) => failure(error, advice));
      const took = Math.round(performance.now() - startedAt);
      yield { id: hop, status: "ok", milliseconds: took, ...found };
      if ("advice" in found) return;
    }
  } finally {
    connection?.close();
    await connection?.closed;
  }
}

type Frame = { readonly type?: unknown; readonly id?: unknown; readonly connectionId?: unknown };
type Failure = Pick<Result, "status" | "detail" | "advice">;

/** A hop's own words are its fault; AWS's errors are that the tool could not look. */
function failure(error: unknown, advice: string): Failure {
  if (error instanceof HandshakeRefusedError) {
    return { status: "wrong", detail: `refused with ${error.status}: ${error.meaning}`, advice };
  }
  const found = unknown(error);
  return error instanceof ToolError && found.advice === "correct this first"
    ? { ...found, status: "wrong", advice }
    : found;
}

function parse(text: string): Frame {
  try {
    return (JSON.parse(text) ?? {}) as Frame;
  } catch {
    return {};
  }
}
