import { readFileSync } from "node:fs";
import path from "node:path";
import { complaints } from "../support/compile-texts";
import { blocksOf, fileOf, type Prelude } from "../support/page-blocks";

jest.setTimeout(60_000);

const PAGE = readFileSync(path.resolve(__dirname, "..", "..", "docs", "backend.md"), "utf8");

/** What the page has introduced, or leaves to the reader. */
const PRELUDE: Prelude = [
  [
    "ApiGatewayManagementApiClient",
    'import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";',
  ],
  ["DynamoDBClient", 'import { DynamoDBClient } from "@aws-sdk/client-dynamodb";'],
  ["SQSClient", 'import { SQSClient } from "@aws-sdk/client-sqs";'],
  ["SumuBackend", 'import { SumuBackend } from "sumu-backend";'],
  ["orders", "declare const orders: { readonly user: string; readonly number: number }[];"],
  ["pieces", "declare const pieces: AsyncIterable<string>;"],
  ["save", "declare const save: (userId: string, value: unknown) => Promise<void>;"],
  ["sumu", 'declare const sumu: import("sumu-backend").SumuBackend;'],
];

describe("docs/backend.md", () => {
  it("has TypeScript that compiles, and would not with a method that the library does not have", () => {
    const blocks = blocksOf("docs/backend.md", ["ts"]);
    const files = Object.fromEntries(blocks.map(({ text, line }) => [`line-${line}.ts`, fileOf(text, PRELUDE)]));
    const wrong = { "wrong.ts": fileOf('await sumu.notifyNobody("alice");', PRELUDE) };
    const found = complaints(__dirname, { ...files, ...wrong });
    expect(blocks.length).toBeGreaterThan(5);
    expect(found["wrong.ts"]).toEqual([expect.stringContaining("'notifyNobody' does not exist")]);
    expect(Object.entries(found).filter(([name, messages]) => name !== "wrong.ts" && messages.length > 0)).toEqual([]);
  });

  it("has a client that joins the frames, drops repeats, and takes the whole text at the end", () => {
    const [, program = ""] = /^```js\n(.*?)^```/ms.exec(PAGE) ?? [];
    const { answers, onData } = new Function(`${program}; return { answers, onData };`)() as {
      answers: Record<string, { text: string }>;
      onData: (data: object) => void;
    };
    const textAfter = (data: object) => {
      onData({ stream: "s", ...data });
      return answers.s?.text;
    };
    expect(textAfter({ index: 0, text: "Hel" })).toBe("Hel");
    expect(textAfter({ index: 0, text: "Hel" })).toBe("Hel");
    expect(textAfter({ index: 1, text: "lo" })).toBe("Hello");
    // A frame is missing: the text waits for the whole.
    expect(textAfter({ index: 3, text: "!" })).toBe("Hello");
    expect(textAfter({ text: "Hello world!", end: true })).toBe("Hello world!");
    expect(textAfter({ index: 2, text: " world" })).toBe("Hello world!");
  });
});
