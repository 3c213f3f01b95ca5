import { ACCEPTED_FINDINGS } from "../terraform/accepted-finding";

/**
 * Turns a synthesized stack into a child module: it removes the blocks that belong in the caller's root, and cdktf's
 * own notes.
 */
export function asModule(root: Record<string, unknown>): unknown {
  const { provider: _provider, terraform, ...blocks } = root;
  const { backend: _backend, ...settings } = terraform as Record<string, unknown>;
  return withoutNotes({ terraform: settings, ...blocks });
}

function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNotes);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key !== "//") return [[key, withoutNotes(inner)]];
      const accepted = (inner as Record<string, unknown>)[ACCEPTED_FINDINGS];
      return accepted === undefined ? [] : [[key, { [ACCEPTED_FINDINGS]: accepted }]];
    }),
  );
}
