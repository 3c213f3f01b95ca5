import { createHmac } from "node:crypto";
import fc from "fast-check";
import { HmacSha256 } from "../../../handlers/aws/hmac";

const key = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
const message = fc.string({ unit: "grapheme", maxLength: 1_500 });

describe("HmacSha256", () => {
  it("gives what Node's HMAC gives, for any key and any number of messages", () => {
    fc.assert(
      fc.property(key, fc.array(message, { minLength: 1, maxLength: 4 }), (key, messages) => {
        const ours = new HmacSha256(key);
        for (const message of messages) {
          expect(ours.hex(message)).toBe(createHmac("sha256", key).update(message).digest("hex"));
        }
      }),
    );
  });

  it("rejects a key longer than a block", () => {
    expect(() => new HmacSha256(Buffer.alloc(65))).toThrow(new RangeError("the key must have at most 64 bytes"));
  });
});
