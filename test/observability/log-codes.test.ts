import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { HANDLER_OUTPUTS, HANDLERS, type HandlerName } from "../../src/contract/handlers";
import type { LogCodes } from "../../src/contract/log-levels";
import { repositoryRoot } from "../support/terraform";

function sourceOf(handler: HandlerName): string {
  const folder = path.join(repositoryRoot, "handlers", handler);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(path.join(folder, file), "utf8"))
    .join("\n");
}

describe("the log codes in the contract, from which docs/operations.md has its table", () => {
  it.each(HANDLERS)("name each code that %s writes, with its level, and no other", (handler) => {
    const codes: LogCodes = HANDLER_OUTPUTS[handler].log;
    const source = sourceOf(handler);
    const written = [...source.matchAll(/\blog(?:Of\(\w+\))?\.(debug|info|warn|error|summary)\(\s*"(\w+)"/g)];
    expect(written.length).toBeGreaterThan(0);
    const levels = ([, method = "", code = ""]: RegExpExecArray) => ({
      code,
      isNamed: [codes[code] ?? []].flat().includes(method === "summary" ? "info" : (method as "info")),
    });
    expect(written.map(levels).filter(({ isNamed }) => !isNamed)).toEqual([]);
    expect(Object.keys(codes).filter((code) => !source.includes(`"${code}"`))).toEqual([]);
  });
});
