import { compileLibrary } from "./compile-library";
import { runScript } from "./run-script";

/** Makes the files that `npm pack` packs in backend/typescript. */
export function buildBackend(lib = "backend/typescript/lib"): Promise<void> {
  return compileLibrary("backend/typescript/tsconfig.json", lib);
}

if (require.main === module) {
  runScript(buildBackend());
}
