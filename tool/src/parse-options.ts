import { type ParseArgsConfig, parseArgs } from "node:util";

type Parsed<Config extends ParseArgsConfig> = ReturnType<typeof parseArgs<Config>>;

/**
 * `parseArgs`, whose error is one sentence.
 *
 * @param fail - makes the error, from what is wrong
 */
export function parseOptions<Config extends ParseArgsConfig>(
  config: Config,
  fail: (reason: string) => Error,
): Parsed<Config> {
  try {
    return parseArgs(config) as Parsed<Config>;
  } catch (error) {
    // The rest of Node's message is advice about "--", which may repeat a value.
    const [reason = ""] = (error as Error).message.split(/[.\n]/);
    throw fail(reason);
  }
}
