/** Why a user is not finished: there was no time, or a stable code. */
export type Unfinished = "out_of_time" | { readonly failure: string };

/** How many users are read or written at the same time, within the limits of the ports. */
const USERS_AT_ONCE = 64;

/**
 * Does the task for each user.
 *
 * @returns the users that are not finished
 */
export async function eachUser(
  users: readonly string[],
  task: (user: string) => Promise<Unfinished | undefined>,
): Promise<ReadonlyMap<string, Unfinished>> {
  const left = new Map<string, Unfinished>();
  let next = 0;
  const worker = async () => {
    for (let user = users[next++]; user !== undefined; user = users[next++]) {
      const unfinished = await task(user);
      if (unfinished !== undefined) left.set(user, unfinished);
    }
  };
  await Promise.all(Array.from({ length: Math.min(USERS_AT_ONCE, users.length) }, worker));
  return left;
}
