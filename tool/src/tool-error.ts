/** An error that the tool's user can fix. The message says what is wrong and what to do. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ToolError";
  }
}
