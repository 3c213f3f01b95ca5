import { parseArgs } from "node:util";
import { SetupError } from "./setup-error";

/** Of the WebSocket API when `--port` is not given; the page has the next one. */
export const DEFAULT_PORT = 4600;

export const USAGE = `Runs SUMU on this machine: the synthesized stack with a local AWS, a gateway, an issuer of tokens and a page.

  npm start -- [options]

  --port <number>          of the WebSocket API; the page has the next one (default ${DEFAULT_PORT}; 0: any free ones)
  --aws-endpoint <url>     a MiniStack that runs already, instead of one of its own
  --presence-source <name> topic, queue or none: where presence events go (default topic)
  --json                   print one line of JSON with every URL, ARN and two tokens, and nothing else
  --help                   print this

Ctrl-C ends it and leaves nothing behind: in a MiniStack that ran already, it removes what it created. In another terminal: npm run -s token -- alice`;

export interface StartOptions {
  readonly port: number;
  readonly awsEndpoint: string | undefined;
  readonly presenceSource: string;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws SetupError naming the option that cannot be, and what could */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_534 || values.port?.trim() === "") {
    throw new SetupError(`--port must be a whole number from 0 to 65534, got "${values.port}"`);
  }
  const awsEndpoint = values["aws-endpoint"];
  if (awsEndpoint !== undefined && !/^https?:\/\/[^/?#\s]+\/?$/.test(awsEndpoint)) {
    throw new SetupError(`--aws-endpoint must be a URL such as http://127.0.0.1:4566, got "${awsEndpoint}"`);
  }
  const presenceSource = values["presence-source"] ?? "topic";
  if (!["topic", "queue", "none"].includes(presenceSource)) {
    throw new SetupError(`--presence-source must be topic, queue or none, got "${presenceSource}"`);
  }
  return {
    port,
    awsEndpoint: awsEndpoint?.replace(/\/$/, ""),
    presenceSource,
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        "aws-endpoint": { type: "string" },
        "presence-source": { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/[.\n]/);
    throw new SetupError(`${reason}: "npm start -- --help" lists the options`);
  }
}
