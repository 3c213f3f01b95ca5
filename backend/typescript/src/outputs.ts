/**
 * Where the outputs of a SUMU may be in what `terraform output -json` prints: all outputs of the root module, and after
 * them each one alone (`output "sumu" { value = module.sumu }`).
 */
export function outputPlaces(outputs: unknown): readonly unknown[] {
  const all = valuesOf(outputs);
  return [all, ...Object.values(all)];
}

/** The value at this path. Undefined if something is missing on the way. */
export function member(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
}

/** Terraform puts each output into `{"value": …, "type": …, "sensitive": …}`. */
function valuesOf(outputs: unknown): Record<string, unknown> {
  if (!isObject(outputs)) return {};
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [
      name,
      isObject(output) && "value" in output && "sensitive" in output ? output.value : output,
    ]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
