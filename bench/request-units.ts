/** An item in DynamoDB's JSON. */
export type JsonItem = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

const KILOBYTE = 1_024;

/**
 * What reads and writes cost, in DynamoDB's units: a write of 1 KB, a strongly consistent read of 4 KB.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export class RequestUnits {
  writes = 0;
  reads = 0;

  write(item: JsonItem): void {
    this.writes += Math.ceil(itemBytes(item) / KILOBYTE);
  }

  /** One page. An empty page costs as much as a small one. */
  read(items: readonly JsonItem[], isConsistent: boolean): void {
    const bytes = items.reduce((sum, item) => sum + itemBytes(item), 0);
    this.reads += Math.max(1, Math.ceil(bytes / (4 * KILOBYTE))) * (isConsistent ? 1 : 0.5);
  }

  clear(): void {
    this.writes = 0;
    this.reads = 0;
  }
}

/** Names and values. A number takes about a byte for two digits, and one more. */
function itemBytes(item: JsonItem): number {
  return Object.entries(item).reduce(
    (sum, [name, { S, N = "" }]) =>
      sum + Buffer.byteLength(name) + (S === undefined ? Math.ceil(N.length / 2) + 1 : Buffer.byteLength(S)),
    0,
  );
}
