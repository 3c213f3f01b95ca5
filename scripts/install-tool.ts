import { chmod, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";

const toolsFolder = path.resolve(__dirname, "..", ".tools");

/** `mkdtemp` gives access to its owner alone; every user of the checkout needs access. */
const READABLE_BY_ALL = 0o755;

/**
 * Installs a tool for this repository into `.tools/<name>`, the first time that it is needed. The folder appears
 * complete or not at all, even if others install the same tool at the same time.
 *
 * @param name - with the version in it, so that another version is another folder
 * @param install - fills the folder that it gets; the folder is then moved
 * @returns the folder
 * @throws Error of one line, when the folder belongs to another user and this user may not read or write it
 */
export async function installTool(
  name: string,
  install: (folder: string) => Promise<void>,
  tools: string = toolsFolder,
): Promise<string> {
  const folder = path.join(tools, name);
  if (await isThere(folder)) return folder;
  const unfinished = await makeFolder(tools, name);
  try {
    await install(unfinished);
    await chmod(unfinished, READABLE_BY_ALL);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another process was faster. Its result is as good.
    if (!(await isThere(folder))) throw error;
  }
  return folder;
}

async function isThere(folder: string): Promise<boolean> {
  try {
    await readdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    throw new Error(
      `${folder} cannot be read (${code}), since another user made it: remove it as that user, then start again`,
    );
  }
}

async function makeFolder(tools: string, name: string): Promise<string> {
  try {
    await mkdir(tools, { recursive: true });
    return await mkdtemp(path.join(tools, `.${name}-`));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${tools} cannot be written (${code}): make it yours (chown), or remove it, then start again`);
  }
}
