import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.join(__dirname, "..", "..");

describe("bench and support", () => {
  it.each(["bench", "support"])("%s imports nothing from the tests", (folder) => {
    const files = readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" });
    const importers = files
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => /from "(?:\.\.\/)+test\//.test(readFileSync(path.join(ROOT, folder, file), "utf8")));
    expect(importers).toEqual([]);
  });
});
