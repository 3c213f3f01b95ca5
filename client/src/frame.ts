/** A frame of the server, before anything is known of it. */
export interface Frame {
  readonly type?: unknown;
  readonly [member: string]: unknown;
}

export const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
