import path from "node:path";
import ts from "typescript";
import { repositoryRoot as ROOT } from "./terraform";

/**
 * What the compiler finds wrong with files that are not on the disk, by their names, in the settings of this repository.
 *
 * @param folder - Where the files would be.
 */
export function complaints(folder: string, texts: Readonly<Record<string, string>>): Record<string, string[]> {
  const { config } = ts.readConfigFile(path.join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options: settings } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const options = { ...settings, noUnusedLocals: false, types: ["node"], jsx: ts.JsxEmit.ReactJSX };
  const files = new Map(Object.entries(texts).map(([name, text]) => [path.join(folder, name), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return Object.fromEntries(
    [...files.keys()].map((file) => {
      const source = program.getSourceFile(file);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [path.basename(file), found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))];
    }),
  );
}
