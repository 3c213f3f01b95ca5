import { buildHandlers } from "./build-handlers";
import { compileLibrary } from "./compile-library";
import { runScript } from "./run-script";

/**
 * Makes the files that `npm pack` packs: the constructs, compiled into `lib/`, and the handlers' bundles. `lib/` is as
 * deep as `src/`, so the constructs find `dist/handlers` in the same way.
 *
 * @throws Error with the compiler's words when the sources do not compile
 */
export async function buildPackage(): Promise<void> {
  await buildHandlers();
  await compileLibrary("tsconfig.package.json", "lib");
}

if (require.main === module) {
  runScript(buildPackage());
}
