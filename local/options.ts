import { ADMISSION_INPUTS } from "../src/inputs/admission";
import { parseOptions } from "../tool/src/parse-options";
import { LOOPBACK } from "./listening";
import { SetupError } from "./setup-error";

/** The port of the WebSocket API when `--port` is not given. The page and the local AWS use the next two ports. */
export const DEFAULT_PORT = 4600;

export const USAGE = `Runs SUMU on this machine: the synthesized stack with a local AWS, a gateway, an issuer of tokens and a page.

  npm start -- [options]

  --port <number>          of the WebSocket API; the page and the local AWS have the next two
                           (default ${DEFAULT_PORT}; 0: any free ones)
  --host <address>         where to listen, an IPv4 address or a name (default ${LOOPBACK}). With 0.0.0.0, for a container
                           whose ports are published, other machines reach SUMU too: the page wants the key in its
                           address, the WebSocket API a token, and the local AWS the credentials of this run
  --aws-endpoint <url>     a MiniStack that runs already, instead of one of its own
  --presence-source <name> topic, queue or none: where presence events go (default topic)
  --allow-origin <origin>  pages of this origin may connect, and no others but SUMU's own page; more than once for more
                           (default: pages of any origin)
  --json                   print one line of JSON with every URL, ARN, the credentials and two tokens, and nothing else
  --env                    start nothing: print the lines that point a shell's programs at the SUMU that runs already.
                           eval "$(npm -s start -- --env)" takes them over
  --help                   print this

Ctrl-C ends it and leaves nothing behind: in a MiniStack that ran already, it removes what it created. In another terminal: npm run -s token -- alice`;

export interface StartOptions {
  readonly port: number;
  readonly host: string;
  readonly awsEndpoint: string | undefined;
  readonly presenceSource: string;
  /** Empty: any. */
  readonly allowedOrigins: readonly string[];
  readonly json: boolean;
  readonly env: boolean;
}

/** @throws SetupError naming the option that is not possible, and the possible values */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_533 || values.port?.trim() === "") {
    throw new SetupError(`--port must be a whole number from 0 to 65533, got "${values.port}"`);
  }
  const host = values.host ?? LOOPBACK;
  if (!/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(host)) {
    throw new SetupError(`--host must be an IPv4 address such as 0.0.0.0, or a name, got "${host}"`);
  }
  const awsEndpoint = values["aws-endpoint"];
  if (awsEndpoint !== undefined && !/^https?:\/\/[^/?#\s]+\/?$/.test(awsEndpoint)) {
    throw new SetupError(`--aws-endpoint must be a URL such as http://127.0.0.1:4566, got "${awsEndpoint}"`);
  }
  const presenceSource = values["presence-source"] ?? "topic";
  if (!["topic", "queue", "none"].includes(presenceSource)) {
    throw new SetupError(`--presence-source must be topic, queue or none, got "${presenceSource}"`);
  }
  const allowedOrigins = values["allow-origin"] ?? [];
  if (!ADMISSION_INPUTS.allowedOrigins.rule.holds(allowedOrigins)) {
    throw new SetupError(
      `--allow-origin must be an origin as browsers send it, such as http://localhost:3000, got "${allowedOrigins.join('", "')}"`,
    );
  }
  return {
    port,
    host,
    awsEndpoint: awsEndpoint?.replace(/\/$/, ""),
    presenceSource,
    allowedOrigins,
    json: values.json ?? false,
    env: values.env ?? false,
  };
}

function parse(args: readonly string[]) {
  return parseOptions(
    {
      args: [...args],
      options: {
        port: { type: "string" },
        host: { type: "string" },
        "aws-endpoint": { type: "string" },
        "presence-source": { type: "string" },
        "allow-origin": { type: "string", multiple: true },
        json: { type: "boolean" },
        env: { type: "boolean" },
      },
    },
    (reason) => new SetupError(`${reason}: "npm start -- --help" lists the options`),
  );
}
