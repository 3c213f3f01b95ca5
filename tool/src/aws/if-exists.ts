const MISSING = /NotFound|NonExistent|DoesNotExist/;

/** What a call answers, or undefined if AWS says that the object does not exist. */
export async function ifExists<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && MISSING.test(error.name)) return undefined;
    throw error;
  }
}
