/** A frame of the server, before anything is known of it. */
export interface Frame {
  readonly type?: unknown;
  readonly [member: string]: unknown;
}

export const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A list of texts, whatever the server has sent. */
export const asTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
