import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "./terraform";

/** A block of code on a page. */
export interface PageBlock {
  readonly language: string;
  /** The line of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** The blocks of a page that are in one of the languages. */
export function blocksOf(page: string, languages: readonly string[]): readonly PageBlock[] {
  const text = readFileSync(path.join(repositoryRoot, page), "utf8");
  return [...text.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(({ index, 1: language = "", 2: block = "" }) =>
    languages.includes(language) ? { language, text: block, line: text.slice(0, index).split("\n").length + 1 } : [],
  );
}

/** Names that a block may use without saying where they come from, each with its declaration. */
export type Prelude = readonly (readonly [name: string, declaration: string])[];

/** A block as a file: it gets each name that it uses and does not introduce itself. */
export function fileOf(block: string, prelude: Prelude): string {
  const missing = prelude.filter(
    ([name]) =>
      new RegExp(`\\b${name}\\b`).test(block) &&
      !new RegExp(`(const|import|type|function) ([^;=(]*[{,] *)?(type )?${name}\\b`).test(block),
  );
  return [...missing.map(([, declaration]) => declaration), "export {};", block].join("\n");
}
