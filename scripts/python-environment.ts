import { execFile } from "node:child_process";
import { devNull } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** pip's settings for access to an index. All other settings are for the developer's own environments. */
const NETWORK_SETTINGS = [
  ...["index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "proxy", "cert", "client-cert"],
  ...["timeout", "default-timeout", "retries", "cache-dir", "no-cache-dir", "keyring-provider"],
];

/**
 * The environment variables for a Python that creates its own environment. PIP_USER, PIP_TARGET and similar settings,
 * also in a pip.conf, would put packages elsewhere. PYTHONHOME and PYTHONPATH would load another Python's modules.
 */
export function plainPython(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !/^(PYTHON|PIP_)/.test(name));
  return { ...Object.fromEntries(own), PIP_CONFIG_FILE: devNull };
}

/**
 * Like `plainPython`, but with the developer's pip settings for access to an index.
 *
 * @param python - the Python whose pip gives the settings: its configuration files depend on the machine and the user
 */
export async function plainPip(python: string, signal?: AbortSignal): Promise<NodeJS.ProcessEnv> {
  const configuration = Object.entries(process.env).filter(([name]) => name.startsWith("PIP_"));
  const { PIP_CONFIG_FILE: _, ...plain } = plainPython();
  const env = { ...plain, ...Object.fromEntries(configuration) };
  // If pip cannot read its configuration, it stops here, as the installation would. The configuration is not ignored.
  const { stdout } = await run(python, ["-m", "pip", "config", "list"], { env, signal }).catch(() => ({ stdout: "" }));
  return { ...plainPython(), ...networkSettings(stdout) };
}

/** The settings of `pip config list` that stay, as pip's environment variables. A command's setting wins over a global one. */
export function networkSettings(list: string): { readonly [name: string]: string } {
  const settings: { [name: string]: string } = {};
  const ranks = ["global", "install", ":env:"];
  const lines = [...list.matchAll(/^(global|install|:env:)\.([a-z-]+)=(['"])(.*)\3$/gm)];
  for (const [, , key = "", , value = ""] of lines.sort(
    (a, b) => ranks.indexOf(a[1] ?? "") - ranks.indexOf(b[1] ?? ""),
  )) {
    if (!NETWORK_SETTINGS.includes(key)) continue;
    settings[`PIP_${key.replaceAll("-", "_").toUpperCase()}`] = value.replaceAll("\\n", " ").trim();
  }
  return settings;
}
