/** A synthesized stack as a child module: without what belongs to its caller's root, and without cdktf's own notes. */
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
  const kept = Object.entries(value).filter(([key]) => key !== "//");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNotes(inner)]));
}
