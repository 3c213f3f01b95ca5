import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/**
 * A name for the contents of files and folders below `root`. It changes with every byte, every file name, and the
 * location of `root`.
 */
export async function sourceKey(root: string, sources: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(root);
  for (const source of sources) {
    for (const file of await filesIn(root, source)) {
      const contents = await readFile(path.join(root, file));
      hash.update(`\0${file}\0${contents.length}\0`).update(contents);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesIn(root: string, source: string): Promise<string[]> {
  const entries = await readdir(path.join(root, source), { withFileTypes: true }).catch((error) => {
    if (error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (entries === undefined) return [source];
  const inner = entries
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name }) => filesIn(root, `${source}/${name}`));
  return (await Promise.all(inner)).flat();
}
