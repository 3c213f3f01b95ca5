import type { HandlerName } from "../../src/contract/handlers";
import { NAME_SUFFIXES, physicalName } from "../../src/names";
import type { SynthesizedStack } from "./synthesize";

/** The environment of a handler's function, as the stack has it. The stack's prefix is `shop`. */
export function functionVariables({ resource }: SynthesizedStack, handler: HandlerName): unknown {
  const functions = Object.values(resource.aws_lambda_function ?? {});
  const [found] = functions.filter(({ function_name: name }) => name === physicalName("shop", NAME_SUFFIXES[handler]));
  return (found?.environment as { variables: unknown } | undefined)?.variables;
}
