import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";

const toolsFolder = path.resolve(__dirname, "..", ".tools");

/**
 * A tool that this repository installs for itself, into `.tools/<name>`, the first time it is needed. The folder appears
 * complete or not at all, whoever else is installing the same tool at the same time.
 *
 * @param name - with the version in it, so that another version is another folder
 * @param install - fills the folder that it is given, which is then moved
 * @returns the folder
 */
export async function installTool(name: string, install: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(toolsFolder, name);
  if (existsSync(folder)) return folder;
  await mkdir(toolsFolder, { recursive: true });
  const unfinished = await mkdtemp(path.join(toolsFolder, `.${name}-`));
  try {
    await install(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Someone else was faster: theirs is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
