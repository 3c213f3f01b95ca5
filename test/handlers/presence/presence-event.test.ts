import fc from "fast-check";
import { presenceEvent } from "../../../handlers/presence/presence-event";
import type { PresenceRow } from "../../../handlers/presence/presence-row";

const row: PresenceRow = { status: "ONLINE", version: 3, changedAt: 1_795_507_200_123, announced: 2, offlineSince: 7 };

/** Every character that SQS and SNS take. */
const ACCEPTED = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

/** Some hundred cases each, on a machine that may be busy. */
jest.setTimeout(60_000);

describe("a presence event", () => {
  it("carries user, status, milliseconds and version in body and attributes, and nothing of the bookkeeping", () => {
    expect(presenceEvent("alice", row)).toEqual({
      body: '{"type":"presence","message":{"user_id":"alice","status":"ONLINE","timestamp":1795507200123,"version":3}}',
      attributes: {
        source: { DataType: "String", StringValue: "lambda.presence.watchdog" },
        user_id: { DataType: "String", StringValue: "alice" },
        timestamp: { DataType: "Number", StringValue: "1795507200123" },
        version: { DataType: "Number", StringValue: "3" },
      },
    });
  });

  it("can be sent for any user id, whose body has it as it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("a\u0000b", "\uFFFE", "\uFFFF💬")),
        (userId) => {
          const { body, attributes } = presenceEvent(userId, row);
          expect(body).toMatch(ACCEPTED);
          expect(attributes.user_id?.StringValue).toMatch(ACCEPTED);
          expect(JSON.parse(body).message.user_id).toBe(userId);
        },
      ),
    );
  });

  it("shows a character that an attribute cannot hold as U+FFFD", () => {
    expect(presenceEvent("a\u0000b\uFFFFc\n💬", row).attributes.user_id?.StringValue).toBe("a\uFFFDb\uFFFDc\n💬");
  });
});
