import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { callFunction } from "../../terraform-json/functions";
import { parseTemplate } from "../../terraform-json/parser";

const MODULES = join(__dirname, "../../modules");
/** The evaluator handles these itself: they decide whether their arguments are evaluated at all. */
const SPECIAL_FORMS = ["can", "try"];

function stringsIn(json: unknown): string[] {
  if (typeof json === "string") return [json];
  return typeof json === "object" && json !== null ? Object.values(json).flatMap(stringsIn) : [];
}

function calledIn(expression: unknown): string[] {
  if (typeof expression !== "object" || expression === null) return [];
  const inner = Object.values(expression).flatMap(calledIn);
  return "kind" in expression && expression.kind === "call" && "name" in expression
    ? [String(expression.name), ...inner]
    : inner;
}

/** Type constraints such as `list(string)` look like calls, and a function's own code is no template. */
function callsOf(file: string): string[] {
  const json = JSON.parse(readFileSync(file, "utf8")) as { variable?: Record<string, { type?: string }> };
  for (const variable of Object.values(json.variable ?? {})) delete variable.type;
  return stringsIn(json).flatMap((text) => calledIn(parseTemplate(text)));
}

it("knows every function that a shipped module calls, in its resources and in the conditions of its variables", () => {
  const called = new Set(
    readdirSync(MODULES, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".tf.json"))
      .flatMap((file) => callsOf(join(MODULES, file))),
  );
  const unknown = [...called].filter((name) => {
    try {
      callFunction(name, []);
    } catch (error) {
      return String(error).includes("is not known here");
    }
    return false;
  });
  expect(called.size).toBeGreaterThan(20);
  expect(unknown.sort()).toEqual(SPECIAL_FORMS);
});
