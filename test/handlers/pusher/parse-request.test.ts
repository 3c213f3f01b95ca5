import fc from "fast-check";
import { MalformedNotificationError } from "../../../handlers/pusher/notification";
import { parseRequest } from "../../../handlers/pusher/parse-request";
import { parseNotification } from "../support/parse-notification";

const FACTS = { id: "message-1", sentAt: 1_764_000_000_000 };

/** What {@link parseRequest} throws. */
function refusal(body: string, facts = FACTS): Pick<MalformedNotificationError, "code" | "message"> {
  try {
    parseRequest(body, facts);
  } catch (error) {
    if (error instanceof MalformedNotificationError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error("the request was taken");
}

describe("a request of the new form", () => {
  it("notifies users, each once, without those left out, by the backend's id", () => {
    const body =
      '{"notification": {"to": {"users": ["a", "b", "a", "c", ""]}, "except": {"users": ["c"]}, "id": "order-17", "data": {"n": 12345678901234567890}}}';
    expect(parseRequest(body, FACTS)).toEqual({
      notification: {
        id: "order-17",
        data: '{"n": 12345678901234567890}',
        audience: { kind: "users", users: ["a", "b"] },
        excludedUsers: new Set(["c"]),
        attempt: 1,
        sentAt: FACTS.sentAt,
        mustFitEnvelope: true,
      },
    });
  });

  it("notifies everyone when it says so, but for those left out, by the id of the message", () => {
    const body = '{"notification":{"to":"everyone","except":{"users":["bob"]},"keep":false,"data":null}}';
    expect(parseRequest(body, FACTS)).toEqual({
      notification: {
        id: "message-1",
        data: "null",
        audience: { kind: "everyone" },
        excludedUsers: new Set(["bob"]),
        attempt: 1,
        sentAt: FACTS.sentAt,
        keep: false,
        mustFitEnvelope: true,
      },
    });
  });

  it.each([
    '{"notification":{"to":{"users":[]},"data":1}}',
    '{"notification":{"to":{"users":[""]},"data":1}}',
    '{"notification":{"to":{"users":["a"]},"except":{"users":["a"]},"data":1}}',
  ])("notifies nobody by %s", (body) => {
    expect(parseNotification(body).audience).toEqual({ kind: "users", users: [] });
  });

  it("keeps the text of `data` as it was written, whatever is around it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (data, space) => {
        const text = JSON.stringify({ notification: { id: "data", to: "everyone", data } }, null, space);
        expect(JSON.parse(parseNotification(text).data)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });

  it("disconnects users, for a reason of the backend's or for none", () => {
    expect(parseRequest('{"disconnect":{"users":["a","a","b"],"reason":"signed_out"}}', FACTS)).toEqual({
      disconnect: { users: ["a", "b"], reason: "signed_out", attempt: 1 },
    });
    expect(parseRequest('{"disconnect":{"users":[]}}', FACTS)).toEqual({
      disconnect: { users: [], reason: "disconnected", attempt: 1 },
    });
  });

  it("revokes the tokens of users that were issued before a time", () => {
    expect(parseRequest('{"revoke":{"users":["a"],"issued_before":1764000000}}', FACTS)).toEqual({
      revoke: { users: ["a"], issuedBefore: 1_764_000_000, attempt: 1 },
    });
  });

  const TO = '`notification.to` is not {"users": […]}, {"channels": […]} or "everyone"';
  const TO_ONE = "`notification.to` has not exactly one member, `users` or `channels`";
  const ID = "`notification.id` is not 1 to 128 visible ASCII characters";
  const MEMBERS = "`notification` has a member other than `to`, `except`, `id`, `keep`, `data`";
  const REASON = "`disconnect.reason` is not 1 to 64 letters, digits and `_.:-`";
  const TIME = "`revoke.issued_before` is not a time in whole epoch seconds";
  const ALONE = "the message has another member beside";
  it.each([
    ['{"notification":null}', "`notification` is not a JSON object"],
    ['{"notification":[]}', "`notification` is not a JSON object"],
    ['{"notification":{"to":"everyone"}}', "`notification` has no `data`"],
    ['{"notification":{"data":1}}', TO],
    ['{"notification":{"to":null,"data":1}}', TO],
    ['{"notification":{"to":"all","data":1}}', TO],
    ['{"notification":{"to":["a"],"data":1}}', TO],
    ['{"notification":{"to":{},"data":1}}', TO_ONE],
    ['{"notification":{"to":{"user":["a"]},"data":1}}', TO_ONE],
    ['{"notification":{"to":{"users":["a"],"channels":["b"]},"data":1}}', TO_ONE],
    ['{"notification":{"to":{"users":["a"],"more":1},"data":1}}', TO_ONE],
    ['{"notification":{"to":{"users":null},"data":1}}', "`notification.to.users` is not a list of strings"],
    ['{"notification":{"to":{"users":["a",1]},"data":1}}', "`notification.to.users` is not a list of strings"],
    ['{"notification":{"to":{"channels":"a"},"data":1}}', "`notification.to.channels` is not a list of strings"],
    ['{"notification":{"to":"everyone","except":null,"data":1}}', "`notification.except` is not a JSON object"],
    ['{"notification":{"to":"everyone","except":{},"data":1}}', "`notification.except` has no `users`"],
    ['{"notification":{"to":"everyone","except":{"user":["a"]},"data":1}}', "has a member other than `users`"],
    ['{"notification":{"to":"everyone","exclude":{"users":[]},"data":1}}', MEMBERS],
    ['{"notification":{"to":"everyone","id":7,"data":1}}', ID],
    ['{"notification":{"to":"everyone","id":"","data":1}}', ID],
    ['{"notification":{"to":"everyone","id":"a b","data":1}}', ID],
    ['{"notification":{"to":"everyone","id":"é","data":1}}', ID],
    [`{"notification":{"to":"everyone","id":"${"x".repeat(129)}","data":1}}`, ID],
    ['{"notification":{"to":"everyone","keep":"no","data":1}}', "`notification.keep` is not true or false"],
    ['{"notification":{"to":"everyone","data":1},"disconnect":{"users":["a"]}}', ALONE],
    ['{"notification":{"to":"everyone","data":1},"users":["a"]}', ALONE],
    ['{"disconnect":"a"}', "`disconnect` is not a JSON object"],
    ['{"disconnect":{}}', "`disconnect` has no `users`"],
    ['{"disconnect":{"users":"everyone"}}', "`disconnect.users` is not a list of strings"],
    ['{"disconnect":{"users":["a"],"why":"b"}}', "`disconnect` has a member other than `users`, `reason`"],
    ['{"disconnect":{"users":["a"],"reason":null}}', REASON],
    ['{"disconnect":{"users":["a"],"reason":""}}', REASON],
    ['{"disconnect":{"users":["a"],"reason":"signed out"}}', REASON],
    ['{"revoke":{"users":["a"]}}', TIME],
    ['{"revoke":{"issued_before":1764000000}}', "`revoke` has no `users`"],
    ['{"revoke":{"users":["a"],"issued_before":"1764000000"}}', TIME],
    ['{"revoke":{"users":["a"],"issued_before":1764000000.5}}', TIME],
    ['{"revoke":{"users":["a"],"issued_before":1764000000000}}', TIME],
    ['{"revoke":{"users":["a"],"issued_before":0}}', TIME],
    ['{"disconnect":{"users":["a"]},"sumu_continuation":{"attempt":1}}', "`sumu_continuation` is reserved for SUMU"],
    ['{"notification":{"to":"everyone","data":1},"sumu_continuation":{"attempt":1}}', "is reserved for SUMU"],
  ])("rejects %s", (body, message) => {
    expect(refusal(body)).toEqual({ code: "malformed", message: expect.stringContaining(message) });
  });

  it("to channels is a notification for each of them, once", () => {
    const body =
      '{"notification":{"to":{"channels":["room:42","lobby","room:42"]},"except":{"users":["bob"]},"data":1}}';
    const common = {
      ...{ id: FACTS.id, data: "1", sentAt: FACTS.sentAt, attempt: 1, mustFitEnvelope: true },
      excludedUsers: new Set(["bob"]),
      audience: { kind: "channel" },
    };
    expect(parseRequest(body, FACTS)).toEqual({
      channels: [
        { ...common, channel: "room:42" },
        { ...common, channel: "lobby" },
      ],
    });
    expect(parseRequest('{"notification":{"to":{"channels":[]},"data":1}}', FACTS)).toEqual({ channels: [] });
  });

  it("to a channel has the user who posted it from the attribute, and from nowhere else", () => {
    const to = { channels: ["room:42"] };
    const posted = parseRequest(JSON.stringify({ notification: { to, data: { from: "mallory" } } }), {
      ...FACTS,
      postedBy: "alice",
    });
    expect(posted).toMatchObject({ channels: [{ from: "alice" }] });
    expect(refusal(JSON.stringify({ notification: { to, from: "mallory", data: 1 } })).message).toMatch(
      /^`notification` has a member other than/,
    );
    const users = parseRequest('{"notification":{"to":{"users":["bob"]},"data":1}}', { ...FACTS, postedBy: "alice" });
    expect(users).not.toHaveProperty("notification.from");
  });

  it.each([
    ['["*"]', "has an entry that is not the name of a channel"],
    ['["room:*"]', "has an entry that is not the name of a channel"],
    ['["room:42",""]', "has an entry that is not the name of a channel"],
    ['["zimmer:ü"]', "has an entry that is not the name of a channel"],
    [`["${"n".repeat(129)}"]`, "has an entry that is not the name of a channel"],
    [JSON.stringify(Array.from({ length: 101 }, (_, index) => `c${index}`)), "has more than 100 names"],
    ['"room:42"', "is not a list of strings"],
    ["[42]", "is not a list of strings"],
  ])("rejects the channels %s", (channels, message) => {
    const { code, message: said } = refusal(`{"notification":{"to":{"channels":${channels}},"data":1}}`);
    expect([code, said]).toEqual(["malformed", expect.stringContaining(message)]);
  });

  it.each([
    '{"disconnect":{"users":["a"]},"sumu_continuation":null}',
    '{"disconnect":{"users":["a"]},"sumu_continuation":{"attempt":0}}',
    '{"disconnect":{"users":["a"]},"sumu_continuation":{"attempt":1,"until":"now"}}',
    '{"revoke":{"users":["a"],"issued_before":1},"sumu_continuation":{}}',
    '{"notification":{"to":"everyone","data":1},"sumu_continuation":{"attempt":1}}',
    '{"notification":{"to":{"channels":["a","b"]},"data":1},"sumu_continuation":{"attempt":1}}',
    '{"notification":{"to":{"channels":["a"]},"data":1},"sumu_continuation":{"attempt":1,"until":"b"}}',
    '{"notification":{"to":{"channels":["a"]},"data":1},"sumu_continuation":{"attempt":1,"from":1}}',
  ])("rejects a continuation that the pusher does not write: %s", (body) => {
    expect(() => parseRequest(body, { ...FACTS, isContinuation: true })).toThrow(
      new MalformedNotificationError("`sumu_continuation` is not one that this version writes"),
    );
  });

  it.each([
    '{"notification":{"to":{"users":["a"]}},"data":1}',
    '{"notification":{"to":"everyone","data":1},"data":1}',
    '{"disconnect":{"users":["a"]},"data":1}',
    '{"revoke":{"users":["a"]},"data":1}',
  ])("is refused with `data` in the wrong place, rather than sent to everybody: %s", (body) => {
    expect(refusal(body).message).toMatch(/^the message has `data` beside `[a-z]+`, which says whom it is for$/);
  });

  it("does not change a request of the old form that has a member of that name for itself", () => {
    for (const body of [
      '{"notification":{"title":"Hello"},"data":1}',
      '{"disconnect":true,"data":1}',
      '{"revoke":null,"data":1}',
    ]) {
      expect(parseNotification(body).audience).toEqual({ kind: "everyone" });
    }
    expect(parseNotification('{"notification":{"to":"everyone"},"users":["a"],"data":1}').audience).toEqual({
      kind: "users",
      users: ["a"],
    });
  });

  it("is found in a dead letter that SNS or Lambda has made of it, with the id that the function had got", () => {
    const request = JSON.stringify({ notification: { to: { users: ["a"] }, data: 1 } });
    const bySns = JSON.stringify({ Type: "Notification", MessageId: "sns-1", Message: request });
    const byLambda = JSON.stringify({
      requestPayload: { Records: [{ Sns: { MessageId: "sns-1", Message: request } }] },
    });
    for (const body of [bySns, byLambda]) expect(parseNotification(body).id).toBe("sns-1");
  });
});
