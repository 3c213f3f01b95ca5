import { findRunningStack } from "../running-stack";
import { SetupError } from "../setup-error";
import { mintToken } from "./mint-token";
import { runCommand } from "./run-command";

/** `npm run -s token -- alice`: a token for a user of the SUMU that runs on this machine. */
runCommand(async ([user, ...more]) => {
  if (user === undefined || user.startsWith("-") || more.length > 0) {
    throw new SetupError('the name of one user is needed: "npm run -s token -- alice"');
  }
  console.log(await mintToken(await findRunningStack(), user));
});
