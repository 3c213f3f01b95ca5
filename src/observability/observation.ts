import { HANDLER_ENVIRONMENT } from "../contract/environment";
import type { Existence } from "../terraform/existence";

/** The logging, metrics and tracing settings of a handler's function. */
export interface Observation {
  /** `<prefix>-sumu`: the dimension of the handlers' metrics. */
  readonly stack: string;
  /** `debug`, `info`, `warn` or `error`. */
  readonly logLevel: string;
  /** When the function sends its traces to X-Ray. */
  readonly tracing: Existence;
}

/** The environment variables of the handler for this. */
export function observationEnvironment({ stack, logLevel }: Observation): Readonly<Record<string, string>> {
  return { [HANDLER_ENVIRONMENT.logLevel]: logLevel, [HANDLER_ENVIRONMENT.stack]: stack };
}
