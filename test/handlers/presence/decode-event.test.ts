import fc from "fast-check";
import { decodeEvent } from "../../../handlers/presence/decode-event";
import { encodeGraceCheck } from "../../../handlers/presence/grace-check";
import { RecordError } from "../../../handlers/presence/presence-record";
import { queueEvent, queueRecord, streamEvent, streamRecord } from "./support/events";

const NOW = Date.UTC(2026, 10, 24, 8, 0, 30, 250);

/** Some hundred cases each, on a machine that may be busy. */
jest.setTimeout(60_000);

describe("decoding an event", () => {
  it("reads user, sequence number and time of a stream record, to the end of the second that the stream tells", () => {
    const at = Date.UTC(2026, 10, 24, 8, 0, 0, 300);
    const record = streamRecord({ eventName: "REMOVE", userId: "alice", sequenceNumber: "111", at });
    expect(decodeEvent(streamEvent(record), NOW)).toEqual([
      {
        itemIdentifier: "111",
        userId: "alice",
        lastSeenAt: Date.UTC(2026, 10, 24, 8, 0, 0, 999),
        closed: "Xyz0-cABoAMCJsg=",
      },
    ]);
  });

  it("never takes a record for later than now", () => {
    const record = streamRecord({ userId: "alice", sequenceNumber: "111", at: NOW });
    expect(decodeEvent(streamEvent(record), NOW)).toMatchObject([{ lastSeenAt: NOW }]);
  });

  it("learns nothing about a device from a row that DynamoDB removed by its time to live", () => {
    const record = streamRecord({ eventName: "REMOVE", userId: "alice", sequenceNumber: "1", at: NOW, expired: true });
    expect(decodeEvent(streamEvent(record), NOW)).toEqual([
      { itemIdentifier: "1", userId: "alice", closed: "Xyz0-cABoAMCJsg=" },
    ]);
  });

  it("reads a MODIFY like any other", () => {
    const record = streamRecord({ eventName: "MODIFY", userId: "alice", sequenceNumber: "7", at: 5_000 });
    expect(decodeEvent(streamEvent(record), NOW)).toEqual([
      { itemIdentifier: "7", userId: "alice", lastSeenAt: 5_999 },
    ]);
  });

  it("reads the user of a grace check", () => {
    const record = queueRecord({ messageId: "m-1", body: encodeGraceCheck("zoë 💬") });
    expect(decodeEvent(queueEvent(record), NOW)).toEqual([{ itemIdentifier: "m-1", userId: "zoë 💬" }]);
  });

  it("rejects a stream record that names no user, alone", () => {
    const good = streamRecord({ userId: "alice", sequenceNumber: "1", at: NOW });
    const other = { ...good, dynamodb: { SequenceNumber: "2", Keys: { id: { S: "alice" } } } };
    const numeric = { ...good, dynamodb: { SequenceNumber: "3", Keys: { user_id: { N: "7" } } } };
    const bare = { ...good, dynamodb: { SequenceNumber: "4" } };
    expect(decodeEvent(streamEvent(good, other, numeric, bare), NOW)).toEqual([
      { itemIdentifier: "1", userId: "alice", lastSeenAt: NOW, opened: true },
      ...["2", "3", "4"].map((itemIdentifier) => ({ itemIdentifier, error: expect.any(RecordError) })),
    ]);
  });

  it.each(["", "alice", "null", "[]", "{}", '{"user_id":7}', '{"user_id":""}', '{"user_id":"alice"'])(
    "rejects the grace message %j, alone",
    (body) => {
      const records = [
        queueRecord({ messageId: "m-1", body }),
        queueRecord({ messageId: "m-2", body: '{"user_id":"bob"}' }),
      ];
      expect(decodeEvent(queueEvent(...records), NOW)).toEqual([
        { itemIdentifier: "m-1", error: expect.any(RecordError) },
        { itemIdentifier: "m-2", userId: "bob" },
      ]);
    },
  );

  it.each([
    [{}, "event has no Records: invoke presence by a stream or a queue"],
    [null, "event has no Records: invoke presence by a stream or a queue"],
    [{ Records: [{ eventSource: "aws:sns" }] }, "eventSource is neither aws:dynamodb nor aws:sqs"],
    [{ Records: [null] }, "eventSource is neither aws:dynamodb nor aws:sqs"],
    [{ Records: [{ eventSource: "aws:dynamodb", dynamodb: {} }] }, "record has no SequenceNumber"],
    [{ Records: [{ eventSource: "aws:sqs", body: "{}" }] }, "record has no messageId"],
  ])("rejects %j as a whole", (event, message) => {
    expect(() => decodeEvent(event, NOW)).toThrow(new RecordError(message));
  });

  it("carries any user id through the grace queue", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (userId) => {
        const record = queueRecord({ messageId: "m", body: encodeGraceCheck(userId) });
        expect(decodeEvent(queueEvent(record), NOW)).toEqual([{ itemIdentifier: "m", userId }]);
      }),
    );
  });

  it("reads or rejects whatever JSON a record is, and repeats none of it in an error", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("aws:dynamodb", "aws:sqs"), (content, eventSource) => {
        const records = [
          { eventSource, messageId: "1", body: content, dynamodb: { SequenceNumber: "1", Keys: content } },
        ];
        const [record] = decodeEvent({ Records: records }, NOW);
        if (record === undefined || "userId" in record) return;
        expect(record.error.message).toMatch(
          /^(stream record has no Keys\.user_id\.S|grace queue message is not a check of this watchdog)$/,
        );
      }),
    );
  });
});
