import { parseOptions } from "../../tool/src/parse-options";
import { findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { mintToken } from "./mint-token";
import { runCommand } from "./run-command";
import { runTool } from "./run-tool";

const usage = `Connects to the SUMU that runs on this machine, as a client. Each line that you type is a frame; frames that arrive are printed.

  npm run -s connect -- <user> [--protocol 2]

Such a line is {"action":"ping"} or {"action":"send","message":"hello"}. Ctrl-D ends it.

  --protocol 2           notifications come in an envelope with their id
  --subscribe <channels> joins channels, with commas between them, such as public:news,room:42
  --for <time>           ends it after a time such as 90s, and not when the input ends
  --json                 prints one JSON value a line

It is "sumu connect" of the operator's tool, with a token of this machine's issuer.`;

const FORM = '"npm run -s connect -- alice", with "--protocol 2" for envelopes';

runCommand({
  usage,
  run: async (args) => {
    const { user, options } = parse(args);
    const stack = await findRunningStack();
    return runTool(["connect", ...options], async () => stack, { token: () => mintToken(stack, user) });
  },
});

/** The user, and the options as the tool takes them. */
function parse(args: readonly string[]): { readonly user: string; readonly options: readonly string[] } {
  const { values, positionals } = parseOptions(
    {
      args: [...args],
      allowPositionals: true,
      options: {
        protocol: { type: "string" },
        subscribe: { type: "string" },
        for: { type: "string" },
        json: { type: "boolean" },
      },
    },
    (reason) => new SetupError(`${reason}: ${FORM}`),
  );
  const [user, ...more] = positionals;
  if (!user || more.length > 0) throw new SetupError(`the name of one user is needed: ${FORM}`);
  const options = Object.entries(values).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
  return { user, options };
}
