import { runCommand } from "./commands/run-command";
import { type LocalStack, startLocalStack } from "./local-stack";
import { parseStartOptions, type StartOptions, USAGE } from "./options";
import { announce } from "./running-stack";

/** As a shell reports a command that Ctrl-C ended. */
const INTERRUPTED_EXIT_CODE = 130;

async function main(args: readonly string[]): Promise<number> {
  const options = parseStartOptions(args);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const interrupted = new AbortController();
  const untilInterrupted = new Promise<void>((resolve) => {
    interrupted.signal.addEventListener("abort", () => resolve());
  });
  // More of them must not cut the cleaning up short: npm passes on what the terminal has sent already.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => interrupted.abort());

  const startedAt = Date.now();
  const say = options.json ? () => {} : (line: string) => console.log(line);
  let stack: LocalStack;
  try {
    stack = await startLocalStack({
      ...options,
      signal: interrupted.signal,
      onStep: (step) => say(`  ${step} …`),
      onAccessLog: (line) => say(line),
      onFault: ({ routeKey, requestId, reason }) => say(`  gateway: ${routeKey} ${requestId}: ${reason}`),
      onRestart: (reason) => say(`  The gateway ended (${reason}) and is started again.`),
    });
  } catch (error) {
    if (interrupted.signal.aborted) return INTERRUPTED_EXIT_CODE;
    throw error;
  }
  const withdraw = await announce(stack.info);
  try {
    if (!interrupted.signal.aborted) console.log(await readyText(stack, options, startedAt));
    await untilInterrupted;
  } finally {
    await withdraw();
    await stack.stop();
  }
  return 0;
}

async function readyText(stack: LocalStack, { json, awsEndpoint }: StartOptions, startedAt: number): Promise<string> {
  const { info, issuer } = stack;
  if (json) {
    const tokens = { alice: await issuer.mint("alice"), bob: await issuer.mint("bob") };
    return JSON.stringify({ ...info, tokens });
  }
  const { messages, notifications } = info;
  const rows: readonly (readonly [string, string])[] = [
    ["Page", info.page_url],
    ["WebSocket", info.websocket_url],
    ["AWS endpoint", `${info.aws_endpoint_url} (${info.region}, any credentials)`],
    ["Keys (JWKS)", info.jwks_url],
    ["Notifications in", notifications.topic.arn],
    ["", notifications.queue.url],
    ["Messages out", messages.topic.arn],
    ["", messages.queue.url],
    ["Connections", info.connections_table.arn],
  ];
  return `
SUMU is ready after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s.

${rows.map(([label, value]) => `  ${label.padEnd(18)}${value}`).join("\n")}

Try, in another terminal:
  npm run -s connect -- alice
  npm run -s notify -- alice '{"hello":"Alice"}'

${awsEndpoint === undefined ? "Ctrl-C ends it and leaves nothing behind." : `Ctrl-C ends it and removes what it created in ${awsEndpoint}, which goes on.`}
`;
}

runCommand(main);
