/** A stable code for what a call has thrown: AWS's own, else the error's name. */
export function failureCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : error.name;
}
