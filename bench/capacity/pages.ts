import path from "node:path";

/** The pages with figures of the model. */
export const PAGES = ["limits-and-capacity.md", "cost.md"].map((name) =>
  path.resolve(__dirname, "..", "..", "docs", name),
);
