/** Names that somebody may write for `users` or `exclude_users`: in lower case, without separators. */
const MEANT = {
  users: /^(?:users?(?:ids?|names?|list)?|recipients?)$/,
  exclude_users: /^(?:exclud(?:e[sd]?|ing)|except)(?:users?)?(?:ids?|names?|list)?$/,
} as const;

/** The form in which they are compared. */
const SPELT = { users: "users", exclude_users: "excludeusers" } as const;
/** How many letters may be wrong, missing, too many, or swapped with the next letter. */
const TYPING_ERRORS = { users: 1, exclude_users: 2 } as const;

/**
 * A member that resembles `users` or `exclude_users` but is not equal: in another case (`Users`), with other separators
 * (`excludeUsers`), in the singular (`user`), as ids (`user_ids`), abbreviated (`exclude`), or with a typing error
 * (`uesrs`).
 *
 * @returns The first such name; undefined when there is none.
 */
export function misspeltMember(names: readonly string[], meant: keyof typeof MEANT): string | undefined {
  return names.find((name) => {
    // A much longer name is not a typing error of a short name.
    if (name === meant || name.length > 32) return false;
    const bare = name.toLowerCase().replace(/[^a-z0-9]/g, "");
    return MEANT[meant].test(bare) || typingErrors(bare, SPELT[meant]) <= TYPING_ERRORS[meant];
  });
}

/**
 * The smallest number of letters to change, add, leave out, or swap with the next letter, to turn one word into the
 * other.
 */
function typingErrors(word: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= word.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = word[row - 1] === other[column - 1];
      let errors = Math.min(
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
      );
      const isSwapped = word[row - 1] === other[column - 2] && word[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && isSwapped) errors = Math.min(errors, (beforeLast[column - 2] ?? 0) + 1);
      current.push(errors);
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? 0;
}
