import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { HANDLERS } from "../src/contract/handlers";
import { findCircles, importsOf, pythonImportsOf } from "./support/import-graph";
import { repositoryRoot } from "./support/terraform";

/**
 * The rooms of the repository, from those that import nothing to those that import everything: a file imports from its
 * own room and from rooms above its own in this list. Rooms on one line do not know each other.
 */
const ROOMS: readonly (readonly string[])[] = [
  ["src/contract", "emulator", "terraform-json", "backend", "client"],
  ["handlers/shared", "src/terraform", "src/names.ts", "src/outlets.ts"],
  ["handlers/aws", "src/aws"],
  [...HANDLERS.map((name) => `handlers/${name}`), "src/inputs", "src/encryption", "src/observability"],
  ["src/connections", "src/integration", "src/lambda", "src/global", "src/domain"],
  ["src/revocations", "src/history", "src/channels"],
  ["src/gateway", "src/access", "src/releases"],
  ["src/migration"],
  HANDLERS.map((name) => `src/${name}`),
  ["src/sumu.ts"],
  ["src/module", "src/index.ts"],
  ["tool"],
  ["scripts"],
  ["local"],
  ["support", "examples"],
  ["bench"],
  ["test"],
];

const FOLDERS = [...new Set(ROOMS.flat().map((room) => room.split("/")[0] ?? ""))];

const files = FOLDERS.flatMap((folder) => sourcesIn(folder));
const imports = importsOf(repositoryRoot, files);

function sourcesIn(folder: string, kind = ".ts"): string[] {
  if (!existsSync(path.join(repositoryRoot, folder))) return [];
  return readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(kind) && !/node_modules|\/lib\//.test(file))
    .map((file) => path.posix.join(folder, file));
}

function roomOf(file: string): string | undefined {
  return ROOMS.flat().find((room) => file === room || file.startsWith(`${room}/`));
}

const level = (room: string) => ROOMS.findIndex((line) => line.includes(room));

describe("the files of the repository", () => {
  it("each have a room", () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  it("import from their own room, and from those above it in the list", () => {
    const wrong = [...imports].flatMap(([file, targets]) =>
      targets
        .filter((target) => {
          const [own = "", other = ""] = [roomOf(file), roomOf(target)];
          return own !== other && level(other) >= level(own);
        })
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("import each other in no circle, not for a type either", () => {
    expect(findCircles(imports)).toEqual([]);
  });

  it("in Python import each other in no circle, not within a function either", () => {
    const inPython = pythonImportsOf(
      repositoryRoot,
      FOLDERS.flatMap((folder) => sourcesIn(folder, ".py")),
    );
    expect(inPython.get("local/backend/enforcement.py")).toContain("local/backend/decisions.py");
    expect(inPython.get("backend/python/sumu/async_backend.py")).toContain("backend/python/sumu/requests.py");
    expect(findCircles(inPython)).toEqual([]);
  });
});

describe("the search for circles", () => {
  it("finds each circle, and no chain", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["a", "d"]],
      ["d", ["e"]],
      ["e", []],
      ["f", ["g"]],
      ["g", ["f"]],
    ]);
    expect(findCircles(graph)).toEqual([
      ["a", "b", "c"],
      ["f", "g"],
    ]);
  });
});
