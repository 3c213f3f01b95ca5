import TestRunner, { type Config, type TestRunnerContext } from "jest-runner";

/**
 * Jest's own runner with one worker, for the tests that measure time. Jest finishes the tests of one runner before it
 * begins those of another, so nothing runs beside these tests.
 */
export default class QuietRunner extends TestRunner {
  constructor(globalConfig: Config.GlobalConfig, context: TestRunnerContext) {
    super({ ...globalConfig, maxWorkers: 1 }, context);
  }
}
