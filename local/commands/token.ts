import { createInterface } from "node:readline";
import { findRunningStack } from "../running-stack";
import { mintToken } from "./mint-token";
import { runCommand } from "./run-command";
import { parseTokenOptions } from "./token-options";

const usage = `Prints a token for a user of the SUMU that runs on this machine.

  npm run -s token -- <user>
  npm run -s token -- -        a token for each line of the standard input, for programs that need many

  --expires-in <seconds>   how long the token is good (default 7200; negative: it has ended)
  --claims <json>          further claims: '{"role":"admin"}'`;

runCommand({
  usage,
  run: async (args) => {
    const { user, ...options } = parseTokenOptions(args);
    const stack = await findRunningStack();
    const users = user === "-" ? createInterface({ input: process.stdin }) : [user];
    for await (const name of users) console.log(await mintToken(stack, name, options));
  },
});
