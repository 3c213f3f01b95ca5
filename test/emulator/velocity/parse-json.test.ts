import fc from "fast-check";
import { Body } from "../../../emulator/velocity/body";
import { parseJson } from "../../../emulator/velocity/parse-json";
import { jsonOf, memberAt } from "../../../emulator/velocity/values";

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const accepted = (text: string): boolean => new Body(text).json !== undefined;

it.each(["{1:2}", '{"a":1,2:3}', "01", "-01", '["abc 1]', "1.", ".5", "1e", "--1", "{'a':1}", '"\n"', "1 2", ""])(
  "rejects %j, which is not JSON, in words without the text",
  (text) => {
    expect(() => parseJson(text)).toThrow(new SyntaxError("not JSON"));
    expect(accepted(text)).toBe(false);
  },
);

it("takes exactly the texts that are JSON", () => {
  const pieces = fc.constantFrom(
    '"',
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "0",
    "1",
    "-",
    ".",
    "e",
    "\\",
    "a",
    " ",
    "null",
    "s",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (text) => {
      expect([text.join(""), accepted(text.join(""))]).toEqual([text.join(""), isJson(text.join(""))]);
    }),
    { numRuns: 5_000 },
  );
});

it("keeps any JSON value as it was written", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(jsonOf(parseJson(text)))).toEqual(JSON.parse(text));
    }),
  );
});

it("reads a body of 60,000 lists inside each other", () => {
  const depth = 60_000;
  const body = new Body(`{"action":"ping","message":${"[".repeat(depth)}${"]".repeat(depth)}}`);
  expect(memberAt(body.json ?? null, ["action"])).toBe("ping");
});
