import path from "node:path";
import { bundleClient } from "../../scripts/build-client";

/** The name of the library's file, without its extension. */
export const CLIENT_LIBRARY = "sumu-client";

const ENTRY = path.resolve(__dirname, "..", "..", "client", "src", "index.ts");

let files: Promise<ReadonlyMap<string, string>> | undefined;

/**
 * The client library as applications get it from its package, and its source map, by their names. They are made when a
 * page asks for them first, so the start does not wait for them.
 */
export function clientLibrary(): Promise<ReadonlyMap<string, string>> {
  files ??= bundle();
  return files;
}

async function bundle(): Promise<ReadonlyMap<string, string>> {
  const code = await bundleClient({ [CLIENT_LIBRARY]: ENTRY }, "esm");
  return new Map(
    code.flatMap(({ name, text, map }) => [
      [name, text],
      [`${name}.map`, map],
    ]),
  );
}
