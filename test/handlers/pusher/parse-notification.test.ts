import fc from "fast-check";
import { MalformedNotificationError } from "../../../handlers/pusher/notification";
import { jsonMember } from "../../../handlers/shared/json-member";
import { parseNotification } from "../support/parse-notification";

const json = fc.jsonValue({ maxDepth: 4 });
/** JSON text as other languages write it, with blanks where they may be. */
const spaced = fc.tuple(json, fc.constantFrom(undefined, 1, "\t", "  "));

describe("jsonMember", () => {
  it("gives the text of any member, whatever surrounds it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.string(), spaced, (members, name, [value, space]) => {
        const text = JSON.stringify({ ...members, [name]: value }, null, space);
        expect(JSON.parse(jsonMember(text, name) ?? "")).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    ['{"data": 12345678901234567890 }', "12345678901234567890"],
    ['{ "data" : [1.50, {"a":"}"}] , "b":1}', '[1.50, {"a":"}"}]'],
    ['{"data":"\\"}\\\\"}', '"\\"}\\\\"'],
    ['{"\\u0064ata":1e400}', "1e400"],
    ['{"data":1,"data":2}', "2"],
    ['{"other":{"data":1}}', undefined],
    ["{}", undefined],
  ])("finds the member in %s", (text, expected) => {
    expect(jsonMember(text, "data")).toBe(expected);
  });
});

describe("parseNotification", () => {
  it("reads users once each, without the excluded", () => {
    const parsed = parseNotification('{"users":["a","b","a","c","","\\ud800"],"exclude_users":["c"],"data":{"x":1}}');
    expect(parsed).toEqual({
      id: "message-1",
      sentAt: undefined,
      data: '{"x":1}',
      attempt: 1,
      excludedUsers: new Set(["c"]),
      audience: { kind: "users", users: ["a", "b"] },
    });
  });

  it.each(['{"data":1}', '{"data":1,"users":[]}'])("takes %s for everyone", (body) => {
    expect(parseNotification(body).audience).toEqual({ kind: "everyone" });
  });

  it("does not take users that are all excluded for everyone", () => {
    expect(parseNotification('{"data":1,"users":["a"],"exclude_users":["a"]}').audience).toEqual({
      kind: "users",
      users: [],
    });
  });

  it.each(["null", "false", "0", '""', "[]", "{}"])("takes %s for data", (data) => {
    expect(parseNotification(`{"data":${data}}`).data).toBe(data);
  });

  it.each([
    ["", "the message is not JSON"],
    ["{", "the message is not JSON"],
    ["null", "the message is not a JSON object"],
    ["[]", "the message is not a JSON object"],
    ['"text"', "the message is not a JSON object"],
    ["{}", "the message has no `data`"],
    ['{"users":["a"]}', "the message has no `data`"],
    ['{"data":1,"users":null}', "`users` is not a list of strings"],
    ['{"data":1,"users":"a"}', "`users` is not a list of strings"],
    ['{"data":1,"users":["a",1]}', "`users` is not a list of strings"],
    ['{"data":1,"users":{"0":"a"}}', "`users` is not a list of strings"],
    ['{"data":1,"exclude_users":[["a"]]}', "`exclude_users` is not a list of strings"],
    ['{"data":1,"sumu_continuation":{"attempt":1}}', "`sumu_continuation` is reserved for SUMU"],
    ['{"data":1,"sumu_continuation":null}', "`sumu_continuation` is reserved for SUMU"],
  ])("rejects %s", (body, message) => {
    expect(() => parseNotification(body)).toThrow(MalformedNotificationError);
    expect(() => parseNotification(body)).toThrow(message);
  });

  it.each([
    '{"data":1,"sumu_continuation":{}}',
    '{"data":1,"sumu_continuation":null}',
    '{"data":1,"sumu_continuation":{"attempt":1,"connections":[["a"]]}}',
    '{"data":1,"sumu_continuation":{"attempt":1,"segment":{"index":8,"count":8}}}',
  ])("rejects a continuation that the pusher does not write: %s", (body) => {
    expect(() => parseNotification(body, { isContinuation: true })).toThrow(
      new MalformedNotificationError("`sumu_continuation` is not one that this version writes"),
    );
  });

  it("takes a backend's request for what it is, although it has the mark of a continuation", () => {
    expect(parseNotification('{"users":["a"],"data":1}', { isContinuation: true })).toEqual(
      parseNotification('{"users":["a"],"data":1}'),
    );
  });

  describe("of a misspelt audience", () => {
    const USERS = "the message has no `users`, but a member that looks like it";
    const EXCLUDED = "the message has no `exclude_users`, but a member that looks like it";

    it.each([
      ...["user", "Users", "USERS", "user_id", "user_ids", "userId", "userIds", "UserIDs", "users_ids", "user-ids"],
      ...["usernames", "user_list", " users", "uesrs", "usres", "ussers", "usrs", "recipients", "recipient"],
    ])("rejects %j without `users`, rather than telling everybody", (name) => {
      expect(() => parseNotification(JSON.stringify({ [name]: ["bob"], data: 1 }))).toThrow(USERS);
      expect(() => parseNotification(JSON.stringify({ [name]: "bob", exclude_users: [], data: 1 }))).toThrow(USERS);
    });

    it.each([
      ...["exclude", "excludes", "excluded", "excludeUsers", "exclude-users", "ExcludeUsers", "exclude_user"],
      ...["excluded_users", "excludeUserIds", "exclude_ids", "except", "except_users", "exlude_users", "exclude_usres"],
    ])("rejects %j without `exclude_users`, beside `users` too", (name) => {
      expect(() => parseNotification(JSON.stringify({ [name]: ["bob"], data: 1 }))).toThrow(EXCLUDED);
      expect(() => parseNotification(JSON.stringify({ users: ["a", "bob"], [name]: ["bob"], data: 1 }))).toThrow(
        EXCLUDED,
      );
    });

    it.each([
      ...["type", "id", "source", "version", "timestamp", "priority", "title", "use", "username_of_the_sender"],
      ...["to", "from", "message", "userAgent", "user_count", "x".repeat(100_000), "", "__proto__", "toString"],
    ])("passes over %.30j, which means something else", (name) => {
      const body = `{${JSON.stringify(name)}:["bob"],"data":1}`;
      expect(parseNotification(body).audience).toEqual({ kind: "everyone" });
    });

    it("passes over members that look like the two when both are there: they are the sender's own", () => {
      const body = { user: "alice", users: ["bob"], exclude: true, exclude_users: ["carol"], data: 1 };
      expect(parseNotification(JSON.stringify(body))).toMatchObject({
        audience: { kind: "users", users: ["bob"] },
        excludedUsers: new Set(["carol"]),
      });
      expect(parseNotification('{"users":[],"user_ids":["bob"],"data":1}').audience).toEqual({ kind: "everyone" });
    });

    it("does not repeat the name, which is the sender's", () => {
      expect(() => parseNotification('{"user":"bob","data":1}')).toThrow(new MalformedNotificationError(USERS));
    });
  });

  describe("of a dead letter that AWS wrapped, redriven", () => {
    const request = '{"users":["alice"],"data":{"n":12345678901234567890}}';
    const delivered = { audience: { kind: "users", users: ["alice"] }, data: '{"n":12345678901234567890}', attempt: 1 };

    it("reads what SNS could not hand to the function", () => {
      const letter = {
        Type: "Notification",
        MessageId: "m",
        TopicArn: "arn:aws:sns:…",
        Message: request,
        Timestamp: "…",
      };
      expect(parseNotification(JSON.stringify(letter), { sentAt: 9_000 })).toMatchObject({
        ...delivered,
        sentAt: 9_000,
      });
    });

    it("reads what the function has failed for good", () => {
      const letter = {
        version: "1.0",
        requestContext: { requestId: "r", condition: "RetriesExhausted", approximateInvokeCount: 3 },
        requestPayload: { Records: [{ EventSource: "aws:sns", Sns: { MessageId: "m", Message: request } }] },
        responseContext: { statusCode: 200, functionError: "Unhandled" },
      };
      expect(parseNotification(JSON.stringify(letter), { sentAt: 9_000 })).toMatchObject({
        ...delivered,
        sentAt: 9_000,
      });
    });

    it.each([
      [
        "a subscription's confirmation",
        { Type: "SubscriptionConfirmation", Message: request },
        "the message has no `data`, `notification`, `disconnect` or `revoke`",
      ],
      [
        "a letter of two records",
        { requestPayload: { Records: [{}, {}] } },
        "the message has no `data`, `notification`, `disconnect` or `revoke`",
      ],
      [
        "a letter of no record",
        { requestPayload: null },
        "the message has no `data`, `notification`, `disconnect` or `revoke`",
      ],
      ["what was malformed before", { Type: "Notification", Message: "text" }, "the message is not JSON"],
    ])("rejects %s", (_, letter, message) => {
      expect(() => parseNotification(JSON.stringify(letter))).toThrow(new MalformedNotificationError(message));
    });
  });

  it("reads or rejects anything, and never fails otherwise", () => {
    const shape = fc.record(
      {
        data: json,
        users: fc.oneof(fc.array(fc.string()), json),
        exclude_users: fc.oneof(fc.array(fc.string()), json),
        sumu_continuation: fc.oneof(
          json,
          fc.record({ attempt: fc.integer(), connections: json, segment: json, after: json }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          // Not String: an object may have a `toString` of its own that is no function.
          json.map((value) => JSON.stringify(value)),
          shape.map((value) => JSON.stringify(value)),
        ),
        fc.boolean(),
        (body, isContinuation) => {
          try {
            const { audience, data } = parseNotification(body, { isContinuation });
            expect(JSON.parse(data)).toEqual(JSON.parse(body).data);
            expect(["everyone", "users", "connections"]).toContain(audience.kind);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedNotificationError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
