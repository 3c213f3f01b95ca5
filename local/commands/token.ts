import { createInterface } from "node:readline";
import { findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { mintToken } from "./mint-token";
import { runCommand } from "./run-command";

const usage = `Prints a token for a user of the SUMU that runs on this machine.

  npm run -s token -- <user>
  npm run -s token -- -        a token for each line of the standard input, for programs that need many`;

runCommand({
  usage,
  run: async ([user, ...more]) => {
    if (user === undefined || (user.startsWith("-") && user !== "-") || more.length > 0) {
      throw new SetupError('the name of one user is needed, or "-" to read names: "npm run -s token -- alice"');
    }
    const stack = await findRunningStack();
    const users = user === "-" ? createInterface({ input: process.stdin }) : [user];
    for await (const name of users) console.log(await mintToken(stack, name));
  },
});
