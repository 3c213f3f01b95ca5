import { readFileSync } from "node:fs";
import path from "node:path";

/** Files, each with the files that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The imports between the files, for a type or to run, by paths below the root. */
export function importsOf(root: string, files: readonly string[]): ImportGraph {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const source = readFileSync(path.join(root, file), "utf8");
      const named = [...source.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]*)"/g)].map(([, name = ""]) => name);
      const targets = named.flatMap((name) => {
        const target = path.posix.join(path.posix.dirname(file), name);
        return [`${target}.ts`, `${target}/index.ts`, target].filter((one) => known.has(one)).slice(0, 1);
      });
      return [file, [...new Set(targets)]];
    }),
  );
}

/** The imports between files of Python in one folder, those within a function included. */
export function pythonImportsOf(root: string, files: readonly string[]): ImportGraph {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const source = readFileSync(path.join(root, file), "utf8");
      const named = [...source.matchAll(/^\s*(?:from|import) +\.?(\w+)/gm)].map(([, name = ""]) => name);
      const targets = named.map((name) => path.posix.join(path.posix.dirname(file), `${name}.py`));
      return [file, [...new Set(targets.filter((target) => known.has(target)))]];
    }),
  );
}

/** The circles of a graph: sets of files each of which leads to every other of its set. */
export function findCircles(graph: ImportGraph): string[][] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachable(graph, file)]));
  const circles = new Map<string, string[]>();
  for (const [file, targets] of reached) {
    if (!targets.has(file)) continue;
    const circle = [...targets].filter((other) => reached.get(other)?.has(file)).sort();
    circles.set(circle.join(" "), circle);
  }
  return [...circles.values()];
}

function reachable(graph: ImportGraph, from: string): Set<string> {
  const found = new Set<string>();
  const next = [...(graph.get(from) ?? [])];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    next.push(...(graph.get(file) ?? []));
  }
  return found;
}
