import fc from "fast-check";
import { MAX_USER_ID_BYTES, userIdOf } from "../../../handlers/authorizer/user-id";

const userId = (json: string, claim = "sub") => userIdOf({ claims: JSON.parse(json), json }, claim);
const ofSub = (sub: unknown) => userId(JSON.stringify({ sub }));

describe("userIdOf", () => {
  it.each([["u1"], ["auth0|5f7c8ec7c33c6c004bbafe82"], ["naïve 😀 \"quoted\" \\ 'user'"], ["x".repeat(2_048)]])(
    "admits %j",
    (sub) => {
      expect(ofSub(sub)).toBe(sub);
    },
  );

  it.each([
    ["none", undefined],
    ["an empty string", ""],
    ["null", null],
    ["a boolean", true],
    ["an array", ["u1"]],
    ["an object", { toString: "u1" }],
    ["2,049 bytes", "x".repeat(2_049)],
    ["2,050 bytes in 1,025 characters", "é".repeat(1_025)],
    ["a line break", "u1\nu2"],
    ["a null character", "u1\u0000"],
    ["a lone surrogate", "u1\ud83d"],
    ["U+FFFF", "u1\uffff"],
  ])("rejects %s", (_, sub) => {
    expect(ofSub(sub)).toBeUndefined();
  });

  it.each([["0"], ["42"], ["9007199254740993"], ["12345678901234567890123456789"]])(
    "takes the number %s by its digits",
    (digits) => {
      expect(userId(`{"iss":"x","sub": ${digits} ,"exp":1}`)).toBe(digits);
    },
  );

  it.each([["1.0"], ["1.5"], ["1e3"], ["1E3"], ["-1"], ["-0"], ["1e999"], ["1".repeat(2_049)]])(
    "rejects the number %s, which has no digits of its own",
    (number) => {
      expect(userId(`{"sub":${number}}`)).toBeUndefined();
    },
  );

  it.each([["email"], ["https://shop.example/user_id"], ["cognito:username"], ["a.b"]])(
    "reads the claim %s by its name, letter for letter",
    (claim) => {
      const json = JSON.stringify({ sub: "other", [claim.toUpperCase()]: "other", [claim]: 7 });
      expect(userId(json, claim)).toBe("7");
      expect(userId('{"sub":"other"}', claim)).toBeUndefined();
    },
  );

  it("takes the last of a repeated claim, as its other readers do", () => {
    expect(userId('{"sub":1,"sub":9007199254740993}')).toBe("9007199254740993");
    expect(userId('{"sub":9007199254740993,"sub":"u1"}')).toBe("u1");
  });

  it.each([["__proto__"], ["constructor"], ["toString"]])("finds no user in %s, which every object has", (claim) => {
    expect(userId("{}", claim)).toBeUndefined();
  });

  it("admits exactly what fits a DynamoDB key and a message attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3_000, size: "max" }), (sub) => {
        const bytes = Buffer.byteLength(sub);
        const fits = bytes >= 1 && bytes <= MAX_USER_ID_BYTES && !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(sub);
        expect(ofSub(sub)).toBe(fits ? sub : undefined);
      }),
    );
  });

  it("gives every whole number back as it was written", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), (number) => {
        expect(userId(`{"a":[1,{"sub":2}],"sub":${number}}`)).toBe(String(number));
      }),
    );
  });
});
