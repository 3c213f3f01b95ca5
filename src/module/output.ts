import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";

/** The outputs of a module by name. Each is a value of the construct that the module wraps. */
export type OutputDefinitions<T> = Readonly<
  Record<string, { readonly description: string; readonly value: (of: T) => unknown }>
>;

export function declareOutputs<T>(scope: Construct, definitions: OutputDefinitions<T>, of: T): void {
  for (const [name, { description, value }] of Object.entries(definitions)) {
    new TerraformOutput(scope, name, { description, value: value(of) });
  }
}
