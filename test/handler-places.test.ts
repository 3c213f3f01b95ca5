import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { HANDLERS } from "../src/contract/handlers";
import { repositoryRoot } from "./support/terraform";

const read = (file: string) => readFileSync(path.join(repositoryRoot, file), "utf8");

const section = read("CONTRIBUTING.md").split("## Adding a handler")[1]?.split("\n## ")[0] ?? "";
/** The numbered list: a line for each place. */
const places = [...section.matchAll(/^\d+\. (?:`([^`]+)`|([A-Z]+\.md)|A line in \[([A-Z]+\.md)\])/gm)].map(
  ([, code, page, log]) => code ?? page ?? log ?? "",
);

/** Places where a handler is named only if it brings something new. */
const NOT_EACH_HANDLER = ["test/e2e/rights/behaviours.ts", "CHANGELOG.md"];

/** Here a new handler may be left out: the checks of the operator's tool, and the faults of the soak run. */
const OTHER_FOLDERS = ["tool/src/checks/", "test/soak/"];

const SEARCHED = ["src", "handlers", "tool/src", "local", "scripts", "support", "bench", "test"];

function sources(folder: string): string[] {
  return readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/node_modules|__snapshots__/.test(file))
    .map((file) => path.posix.join(folder, file));
}

/** A file with these names lists the handlers. A new handler need not be in it to be found. */
const FIRST_HANDLERS = HANDLERS.slice(0, 4);

/** Whether a file has the names of all these handlers, as strings or as keys. */
function listsHandlers(file: string): boolean {
  const text = read(file);
  return FIRST_HANDLERS.every((name) => new RegExp(`(["'\`])${name}\\1|\\b${name}:`).test(text));
}

describe("the places of a handler in CONTRIBUTING.md", () => {
  it("are twelve", () => {
    expect(places).toHaveLength(12);
    expect(section).toContain("A handler has twelve places.");
  });

  it.each(HANDLERS)("are where %s is", (name) => {
    const missing = places
      .filter((place) => !NOT_EACH_HANDLER.includes(place))
      .filter((place) => {
        const file = place.replace("<name>", name);
        if (!existsSync(path.join(repositoryRoot, file))) return true;
        return !place.includes("<name>") && !read(file).includes(name);
      });
    expect(missing).toEqual([]);
  });

  it("leave out no file that lists all handlers", () => {
    const isKnown = (file: string) => places.includes(file) || OTHER_FOLDERS.some((folder) => file.startsWith(folder));
    const lists = SEARCHED.flatMap(sources).filter(listsHandlers);
    expect(lists).toContain("src/contract/handlers.ts");
    expect(lists.filter((file) => !isKnown(file))).toEqual([]);
  });
});
