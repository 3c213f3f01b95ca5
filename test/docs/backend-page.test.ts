import { readFileSync } from "node:fs";
import path from "node:path";

const PAGE = readFileSync(path.resolve(__dirname, "..", "..", "docs", "backend.md"), "utf8");

describe("docs/backend.md", () => {
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
