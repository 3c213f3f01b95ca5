import { memberAt, textOf, toValue } from "../velocity/values";

const PLACEHOLDER = /\$context((?:\.\w+)+)/g;

/** Writes one line in the stage's format. `$context.x` becomes its value, or `-` if it has no value or is unknown. */
export type WriteAccessLog = (context: Readonly<Record<string, unknown>>) => string;

export function compileAccessLog(format: string): WriteAccessLog {
  return (context) => {
    const values = toValue(context);
    return format.replace(PLACEHOLDER, (_, path: string) => {
      const value = memberAt(values, path.slice(1).split("."));
      const text = value === null ? "" : textOf(value);
      // A client's User-Agent must not be able to end a JSON string, or the line.
      return text === "" ? "-" : JSON.stringify(text).slice(1, -1);
    });
  };
}
