import { setTimeout as sleep } from "node:timers/promises";
import { ClientConnection, type Close } from "../client-connection";
import { clientEntrance } from "../client-entrance";
import { type Call, type Command, durationMilliseconds } from "../command";
import { HandshakeRefusedError } from "../handshake-refused-error";
import { readToken, TOKEN_OPTION } from "../read-token";
import { ToolError } from "../tool-error";

/** After the end of an input that is not a terminal, answers to its frames arrive for so long. */
const ANSWER_MILLISECONDS = 1_000;
/** Node.js runs a longer timer at once. No connection is open for so long. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

export const connect: Command = {
  usage: "connect",
  summary: "connects as a client: prints frames, and sends each line that you type",
  writes: true,
  words: [0, 0],
  options: {
    ...TOKEN_OPTION,
    protocol: { type: "string", help: "1 or 2 (default: 1, or 2 with --subscribe)" },
    subscribe: { type: "string", help: "channels to join, with commas between them: room:42,room:43" },
    for: { type: "string", help: "how long: 90s, 30m (default: until the input ends)" },
  },
  notes: ["Ctrl-D ends the connection. The user of the token is ONLINE meanwhile."],
  run: async (call) => {
    const { stack, options, print, progress, lines } = call;
    const { channels, protocol, milliseconds } = readOptions(options);
    const entrance = await clientEntrance(stack);
    const token = await readToken(call);
    // With --json everything is a result.
    const report = options.json ? print : (_value: unknown, text: string) => progress(text);
    let reason: string | undefined;
    const onFrame = (frame: string): void => {
      const value = parse(frame);
      reason = reasonIn(value) ?? reason;
      print({ event: "frame", at: new Date(stack.now()).toISOString(), frame: value }, `< ${frame}`);
    };
    const startedAt = performance.now();
    const connection = await ClientConnection.open(entrance, { token, protocol, onFrame }).catch((error: unknown) => {
      if (!(error instanceof HandshakeRefusedError)) throw error;
      const { status, requestId, meaning } = error;
      report({ event: "refused", status, requestId, meaning }, error.message);
      return undefined;
    });
    if (connection === undefined) return 1;
    const took = Math.round(performance.now() - startedAt);
    report(
      { event: "connected", milliseconds: took },
      `Connected in ${took} ms. Type a frame and press Enter, such as {"action":"ping"}. Ctrl-D ends the connection.`,
    );
    if (channels !== undefined) {
      connection.send(JSON.stringify({ action: "subscribe", id: "subscribe", channels }));
    }
    let isOurs = false;
    const end = (): void => {
      isOurs = true;
      connection.close();
    };
    const typed = lines();
    (async () => {
      for await (const line of typed) if (line.trim() !== "") connection.send(line);
      if (milliseconds !== undefined) return;
      if (!process.stdin.isTTY) await sleep(ANSWER_MILLISECONDS);
      end();
    })();
    const timer =
      milliseconds === undefined ? undefined : setTimeout(end, Math.min(milliseconds, LONGEST_TIMER_MILLISECONDS));
    const close = await connection.closed;
    clearTimeout(timer);
    typed.close();
    report({ event: "closed", ...close, disconnect: reason, isOurs }, closeText(close, reason, isOurs));
    return isOurs ? undefined : 1;
  },
};

function readOptions({ protocol, subscribe, for: length }: Call["options"]) {
  const channels = subscribe === undefined ? undefined : String(subscribe).split(",");
  const spoken = protocol ?? (channels && "2");
  if (spoken !== undefined && spoken !== "1" && spoken !== "2") {
    throw new ToolError(`--protocol must be 1 or 2, got "${protocol}"`);
  }
  if (channels !== undefined && spoken === "1") throw new ToolError("channels need --protocol 2");
  const milliseconds = length === undefined ? undefined : durationMilliseconds(String(length));
  if (length !== undefined && milliseconds === undefined) {
    throw new ToolError(`--for must be a time such as 90s or 30m, got "${length}"`);
  }
  return { channels, protocol: spoken, milliseconds };
}

/** Why a connection ends that the client did not end, by the code of the close. */
const CLOSES: Readonly<Record<number, string>> = {
  1000: "SUMU or an operator closed it",
  1001: "API Gateway ended it: after ten minutes without a message, or after two hours",
  1003: "a frame was binary: SUMU takes text only",
  1006: "the network broke: nobody closed the connection",
  1009: "a frame had more than 32 KB, or a message more than 128 KB",
};

function closeText({ code, reason }: Close, disconnect: string | undefined, isOurs: boolean): string {
  if (isOurs) return `You ended the connection (${code}).`;
  const words = [
    CLOSES[code] ?? "the gateway closed it",
    ...(disconnect === undefined ? [] : [`SUMU's reason is ${disconnect}`]),
    ...(reason === "" ? [] : [`the gateway says "${reason}"`]),
  ];
  return `The connection was closed with ${code}: ${words.join("; ")}.`;
}

/** SUMU's last frame before it closes the connection of a client of protocol 2. */
function reasonIn(frame: unknown): string | undefined {
  const { type, reason } = (frame ?? {}) as { readonly type?: unknown; readonly reason?: unknown };
  return type === "disconnect" && typeof reason === "string" ? reason : undefined;
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return frame;
  }
}
