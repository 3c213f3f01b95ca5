/** An error that the tool's user can fix. The message says what is wrong and what to do. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ToolError";
  }
}

/** AWS refuses a call, because the user's role does not have the right. */
export class MissingRightError extends ToolError {
  /** The SDK's word for the caller's fault: another try does not help. */
  readonly $fault = "client";
  /** What is wrong. */
  readonly fact: string;
  /** What to do. */
  readonly advice = "add the right to your role: docs/operator-tool.md has the rights of each command";

  /**
   * @param action - as a policy names it: `sqs:SendMessage`
   * @param resource - the ARN, if AWS names it
   */
  constructor(
    readonly action: string,
    readonly resource?: string,
  ) {
    const fact = `your role may not ${action}${resource === undefined ? "" : ` on ${resource}`}`;
    super(`${fact}: docs/operator-tool.md has the rights of each command`);
    this.name = "MissingRightError";
    this.fact = fact;
  }
}
