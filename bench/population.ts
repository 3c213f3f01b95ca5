/** A user's id as long as a UUID, that ends in the row's index. */
export function userId(index: number): string {
  return `b7e2a6d0-5c1f-4e8a-9f3b-${String(index).padStart(12, "0")}`;
}

/** A connection's id in API Gateway's form: 16 characters, and the last of them is a `=`. */
export function connectionId(index: number): string {
  return `${String(index).padStart(8, "0")}FHcCIhw=`;
}

/** A row is 107 bytes as DynamoDB counts, attribute names and all, and a page 1 MiB. */
export const PAGE_ROWS = Math.floor((1024 * 1024) / 107);

/** The data that a client would get. */
export const DATA = {
  type: "order.updated",
  order: { id: "o-4711", status: "shipped", carrier: "DHL", eta: "2026-01-05" },
};
