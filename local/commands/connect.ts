import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import WebSocket from "ws";
import { findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { mintToken } from "./mint-token";
import { runCommand } from "./run-command";

const usage = `Connects to the SUMU that runs on this machine, as a client. Each line that you type is a frame; frames that arrive are printed.

  npm run -s connect -- <user> [--protocol 2]

Such a line is {"action":"ping"} or {"action":"send","message":"hello"}. Ctrl-D ends it.

  --protocol 2  notifications come in an envelope with their id`;

runCommand({
  usage,
  run: async (args) => {
    const { user, protocol } = parse(args);
    const stack = await findRunningStack();
    const url = new URL(stack.websocket_url);
    url.searchParams.set("authorization", await mintToken(stack, user));
    if (protocol !== undefined) url.searchParams.set("protocol", protocol);
    const socket = new WebSocket(url);
    socket.on("message", (frame) => console.log(`< ${String(frame)}`));
    await once(socket, "open").catch((error: Error) => {
      throw new SetupError(`${user} could not connect to ${stack.websocket_url}: ${error.message}`);
    });
    console.error(`${user} is connected. Type a frame and Enter, such as {"action":"ping"}; Ctrl-D ends it.`);
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => socket.send(line));
    lines.on("close", () => socket.close());
    const [code] = (await once(socket, "close")) as [number];
    console.error(`The connection is closed (${code}).`);
  },
});

function parse(args: readonly string[]): { readonly user: string; readonly protocol: string | undefined } {
  try {
    const options = { protocol: { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [user, ...more] = positionals;
    if (user !== undefined && more.length === 0) return { user, protocol: values.protocol };
  } catch {
    // The message below explains the failure.
  }
  throw new SetupError(
    'the name of one user is needed: "npm run -s connect -- alice", with "--protocol 2" for envelopes',
  );
}
