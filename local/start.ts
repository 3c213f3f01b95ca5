import { runCommand } from "./commands/run-command";
import { environmentLines } from "./environment-lines";
import { LOOPBACK } from "./listening";
import { type LocalStack, startLocalStack } from "./local-stack";
import { parseStartOptions, type StartOptions, USAGE } from "./options";
import { announce, findRunningStack } from "./running-stack";

/** The exit code that a shell reports for a command that Ctrl-C ended. */
const INTERRUPTED_EXIT_CODE = 130;

const interrupted = new AbortController();

async function main(args: readonly string[]): Promise<number> {
  const options = parseStartOptions(args);
  if (options.env) {
    console.log(environmentLines(await findRunningStack()));
    return 0;
  }
  const untilInterrupted = new Promise<void>((resolve) => {
    interrupted.signal.addEventListener("abort", () => resolve());
  });
  // Further signals must not stop the clean-up: npm repeats a signal that the terminal has sent already.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => interrupted.abort());

  const startedAt = Date.now();
  const say = options.json ? () => {} : (line: string) => console.log(line);
  let stack: LocalStack;
  try {
    stack = await startLocalStack({
      ...options,
      signal: interrupted.signal,
      onStep: (step) => say(`  ${step} …`),
      // With --json this goes to the standard error, because scripts read the single line on the standard output.
      onDenial: (text) => (options.json ? console.error : say)(`  ${text}`),
      onAccessLog: (line) => say(line),
      onFault: ({ routeKey, requestId, reason }) => say(`  gateway: ${routeKey} ${requestId}: ${reason}`),
      onRestart: (reason) => say(`  The gateway ended (${reason}) and is started again.`),
    });
  } catch (error) {
    if (interrupted.signal.aborted) return INTERRUPTED_EXIT_CODE;
    throw error;
  }
  let withdraw = async (): Promise<void> => {};
  try {
    withdraw = await announce(stack.info);
    if (!interrupted.signal.aborted) console.log(await readyText(stack, options, startedAt));
    await untilInterrupted;
  } finally {
    await withdraw();
    await stack.stop();
  }
  return 0;
}

async function readyText(stack: LocalStack, options: StartOptions, startedAt: number): Promise<string> {
  const { json, awsEndpoint, host } = options;
  const { info, issuer } = stack;
  if (json) {
    const tokens = { alice: await issuer.mint("alice"), bob: await issuer.mint("bob") };
    return JSON.stringify({ ...info, tokens });
  }
  const { messages, notifications } = info;
  const rows: readonly (readonly [string, string])[] = [
    ["Page", info.page_url],
    ["WebSocket", info.websocket_url],
    ["AWS endpoint", `${info.aws_endpoint_url} (${info.region})`],
    ["AWS access key", info.aws_access_key_id],
    ["AWS secret key", info.aws_secret_access_key],
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

Open the page, or try in another terminal:
  npm run -s connect -- alice
  npm run -s notify -- alice '{"hello":"Alice"}'
  eval "$(npm -s start -- --env)"     sets the variables that the AWS SDKs read

${host === LOOPBACK ? "" : `It listens on ${host}: other machines reach it, and need the key, a token or the credentials above.\n`}${awsEndpoint === undefined ? "Ctrl-C ends it and leaves nothing behind." : `Ctrl-C ends it and removes what it created in ${awsEndpoint}, which goes on.`}
`;
}

runCommand({ usage: USAGE, run: main, onOutputClosed: () => interrupted.abort() });
