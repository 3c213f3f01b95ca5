import fc from "fast-check";
import { errorFrame } from "../../emulator/gateway/fault";
import { renderTemplate } from "../../emulator/velocity/render-template";
import {
  postedFrame,
  recoveredFrame,
  refusedFrame,
  subscribedFrame,
  unsubscribedFrame,
} from "../../handlers/control/frames";
import { parseFrame } from "../../handlers/control/parse-frame";
import { placeOf } from "../../handlers/control/recover";
import { presenceEvent } from "../../handlers/presence/presence-event";
import { disconnectFrame } from "../../handlers/pusher/envelope";
import { MalformedNotificationError } from "../../handlers/pusher/notification";
import { parseRequest } from "../../handlers/pusher/parse-request";
import { notificationFrame } from "../../handlers/shared/notification-frame";
import { CHANNEL_REFUSALS } from "../../src/contract/channels";
import { CONTROL_ROUTE_KEYS, REFUSAL_REASONS } from "../../src/contract/control";
import {
  type AckFrame,
  type ClientFrame,
  CONNECTION_ENDED,
  type DisconnectFrame,
  type ErrorFrame,
  type GatewayErrorFrame,
  type NotificationFrame,
  type PingFrame,
  type PongFrame,
  type PostedFrame,
  type PostFrame,
  type PublishFrame,
  type RecoveredFrame,
  type RecoverFrame,
  type RefusedFrame,
  type SendFrame,
  type ServerFrame,
  type SubscribedFrame,
  type SubscribeFrame,
  type UnsubscribedFrame,
  type UnsubscribeFrame,
} from "../../src/contract/frames";
import {
  type DisconnectRequest,
  type ExplicitNotificationRequest,
  MESSAGE_ATTRIBUTES,
  MESSAGE_SOURCES,
  type NotificationRequest,
  type PresenceMessage,
  type ReceivedClientMessage,
  type ReceivedPresenceEvent,
  type RevokeRequest,
} from "../../src/contract/messages";
import {
  ACK_TEMPLATE,
  ERROR_TEMPLATE,
  PONG_TEMPLATE,
  publishTemplate,
  sendMessageTemplate,
} from "../../src/gateway/mapping-templates";
import { parseNotification } from "../handlers/support/parse-notification";
import { assertMatches, violation, WIRE_SCHEMAS, type WireSchema, type WireSchemaName } from "../support/wire-schemas";

const NAMES = Object.keys(WIRE_SCHEMAS) as WireSchemaName[];
const json = fc.jsonValue({ maxDepth: 3 });

describe("each wire schema", () => {
  it("is one of the ten, in a file of its name", () => {
    expect(NAMES.sort()).toEqual([
      "client-frame",
      "client-message",
      "disconnect-request",
      "explicit-notification-request",
      "notification-request",
      "presence-event",
      "presence-message",
      "pushed-frame",
      "revoke-request",
      "server-frame",
    ]);
  });

  it.each(NAMES)("%s: names its draft, id, title and purpose, and has examples that it accepts", (name) => {
    const { $schema, $id, title, description, examples } = WIRE_SCHEMAS[name];
    expect({ $schema, $id }).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: `urn:sumu:schema:${name}`,
    });
    expect([title, description].every((text) => text.length > 5)).toBe(true);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) assertMatches(name, example);
  });
});

/** A type's members, and whether it requires them: the compiler holds such a table against the type. */
type Members<Type> = { readonly [Key in keyof Type]-?: object extends Pick<Type, Key> ? "optional" : "required" };

function members({ properties = {}, required = [] }: WireSchema): Record<string, string> {
  const known = Object.entries(properties).filter(([, schema]) => schema !== false);
  return Object.fromEntries(known.map(([name]) => [name, required.includes(name) ? "required" : "optional"]));
}

function part(name: WireSchemaName, ...path: string[]): WireSchema {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    WIRE_SCHEMAS[name],
  ) as WireSchema;
}

describe("the types of src/contract", () => {
  const TYPES = {
    ping: [{ action: "required" } satisfies Members<PingFrame>, part("client-frame", "$defs", "ping")],
    send: [
      { action: "required", message: "required" } satisfies Members<SendFrame>,
      part("client-frame", "$defs", "send"),
    ],
    publish: [
      { action: "required", message: "required" } satisfies Members<PublishFrame>,
      part("client-frame", "$defs", "publish"),
    ],
    recover: [
      { action: "required", id: "required", after: "optional", more: "optional" } satisfies Members<RecoverFrame>,
      part("client-frame", "$defs", "recover"),
    ],
    subscribe: [
      {
        action: "required",
        id: "required",
        channels: "required",
        after: "optional",
        more: "optional",
      } satisfies Members<SubscribeFrame>,
      part("client-frame", "$defs", "subscribe"),
    ],
    unsubscribe: [
      { action: "required", id: "required", channels: "required" } satisfies Members<UnsubscribeFrame>,
      part("client-frame", "$defs", "unsubscribe"),
    ],
    post: [
      {
        action: "required",
        id: "required",
        channel: "required",
        data: "required",
        key: "optional",
      } satisfies Members<PostFrame>,
      part("client-frame", "$defs", "post"),
    ],
    pong: [
      { type: "required", statusCode: "required", connectionId: "required" } satisfies Members<PongFrame>,
      part("server-frame", "$defs", "pong"),
    ],
    ack: [
      { type: "required", action: "required", requestId: "required" } satisfies Members<AckFrame>,
      part("server-frame", "$defs", "ack"),
    ],
    error: [
      {
        type: "required",
        action: "required",
        requestId: "required",
        reason: "optional",
        message: "required",
      } satisfies Members<ErrorFrame>,
      part("server-frame", "$defs", "error"),
    ],
    "the gateway's error": [
      { message: "required", connectionId: "required", requestId: "required" } satisfies Members<GatewayErrorFrame>,
      part("server-frame", "$defs", "gatewayError"),
    ],
    "a notification request": [
      { users: "optional", exclude_users: "optional", data: "required" } satisfies Members<NotificationRequest>,
      part("notification-request"),
    ],
    "a notification frame": [
      {
        type: "required",
        id: "required",
        cursor: "optional",
        channel: "optional",
        from: "optional",
        recovered: "optional",
        data: "required",
      } satisfies Members<NotificationFrame>,
      part("pushed-frame", "$defs", "notification"),
    ],
    "a recovered frame": [
      {
        type: "required",
        id: "required",
        cursor: "required",
        complete: "required",
        more: "optional",
        gap: "optional",
      } satisfies Members<RecoveredFrame>,
      part("pushed-frame", "$defs", "recovered"),
    ],
    "a subscribed frame": [
      {
        type: "required",
        id: "required",
        channels: "required",
        refused: "required",
        cursor: "optional",
        complete: "optional",
        more: "optional",
        gap: "optional",
      } satisfies Members<SubscribedFrame>,
      part("pushed-frame", "$defs", "subscribed"),
    ],
    "an unsubscribed frame": [
      { type: "required", id: "required", channels: "required" } satisfies Members<UnsubscribedFrame>,
      part("pushed-frame", "$defs", "unsubscribed"),
    ],
    "a posted frame": [
      { type: "required", id: "required", notification: "required" } satisfies Members<PostedFrame>,
      part("pushed-frame", "$defs", "posted"),
    ],
    "a refused frame": [
      {
        type: "required",
        id: "optional",
        action: "required",
        reason: "required",
        message: "required",
      } satisfies Members<RefusedFrame>,
      part("pushed-frame", "$defs", "refused"),
    ],
    "a disconnect frame": [
      { type: "required", reason: "required", reconnect: "required" } satisfies Members<DisconnectFrame>,
      part("pushed-frame", "$defs", "disconnect"),
    ],
    "an explicit notification": [
      { to: "required", except: "optional", id: "optional", keep: "optional", data: "required" } satisfies Members<
        ExplicitNotificationRequest["notification"]
      >,
      part("explicit-notification-request", "properties", "notification"),
    ],
    "a disconnect request": [
      { users: "required", reason: "optional" } satisfies Members<DisconnectRequest["disconnect"]>,
      part("disconnect-request", "properties", "disconnect"),
    ],
    "a revoke request": [
      { users: "required", issued_before: "required" } satisfies Members<RevokeRequest["revoke"]>,
      part("revoke-request", "properties", "revoke"),
    ],
    "a client's message": [
      { Body: "required", MessageAttributes: "required" } satisfies Members<ReceivedClientMessage>,
      part("client-message"),
    ],
    "a client's message's attributes": [
      { user_id: "required", timestamp: "required", source: "required" } satisfies Members<
        ReceivedClientMessage["MessageAttributes"]
      >,
      part("client-message", "properties", "MessageAttributes"),
    ],
    "a presence event": [
      { type: "required", message: "required" } satisfies Members<PresenceMessage>,
      part("presence-event"),
    ],
    "a presence event's message": [
      { user_id: "required", status: "required", timestamp: "required", version: "required" } satisfies Members<
        PresenceMessage["message"]
      >,
      part("presence-event", "properties", "message"),
    ],
    "a presence event's attributes": [
      { user_id: "required", timestamp: "required", source: "required", version: "required" } satisfies Members<
        ReceivedPresenceEvent["MessageAttributes"]
      >,
      part("presence-message", "properties", "MessageAttributes"),
    ],
  } as const;

  it.each(Object.entries(TYPES))("have the members of the schema: %s", (_name, [expected, schema]) => {
    expect(members(schema)).toEqual(expected);
  });

  it("allow nothing that the schemas refuse", () => {
    const value = json.filter((one) => one !== null && one !== "") as fc.Arbitrary<SendFrame["message"]>;
    const text = fc.string({ minLength: 1 });
    const action = fc.constantFrom("send", "publish");
    const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
      fc.record({ action: fc.constant("ping") }),
      fc.record({ action, message: value }),
    );
    const serverFrame: fc.Arbitrary<ServerFrame> = fc.oneof(
      fc.record({ type: fc.constant("pong"), statusCode: fc.constant(200), connectionId: text }),
      fc.record({ type: fc.constant("ack"), action, requestId: text }),
      fc.record(
        { type: fc.constant("error"), action, requestId: text, reason: fc.constant(CONNECTION_ENDED), message: text },
        { requiredKeys: ["type", "action", "requestId", "message"] },
      ),
      fc.record({ message: text, connectionId: text, requestId: text }),
    );
    const request: fc.Arbitrary<NotificationRequest> = fc.record(
      { users: fc.array(fc.string()), exclude_users: fc.array(fc.string()), data: json as fc.Arbitrary<never> },
      { requiredKeys: ["data"] },
    );
    const event: fc.Arbitrary<PresenceMessage> = fc.record({
      type: fc.constant("presence"),
      message: fc.record({
        user_id: text,
        status: fc.constantFrom("ONLINE", "OFFLINE"),
        timestamp: fc.nat(),
        version: fc.integer({ min: 1 }),
      }),
    });
    fc.assert(
      fc.property(clientFrame, serverFrame, request, event, (...values) => {
        const names = ["client-frame", "server-frame", "notification-request", "presence-event"] as const;
        for (const [index, name] of names.entries()) assertMatches(name, values[index]);
      }),
    );
  });
});

/** Objects that are sometimes right, and often wrong in one member. */
function nearly(members: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.entries(members).map(([name, right]) => [name, fc.oneof(fc.constantFrom(...right), json)]);
  return fc.record(Object.fromEntries(values), { requiredKeys: [] });
}

describe("the schemas accept exactly what SUMU takes", () => {
  const context = {
    authorizer: { principalId: "alice" },
    connectionId: "J6x7dFvtIAMCIGA=",
    requestId: "J6x7eGbqIAMFwyg=",
    requestTimeEpoch: 1_764_000_000_999,
    routeKey: "send",
  };
  const render = (template: string, body: string) =>
    renderTemplate(template, { body, context, nullReference: "source" });

  it("of a client's message: the mapping templates pass on what the schema accepts, and nothing else", () => {
    const topicArn = "arn:aws:sns:eu-west-1:123456789012:messages";
    fc.assert(
      fc.property(nearly({ message: ["", null, "text", 0, false, {}, []] }), (frame) => {
        for (const [action, template, parameter] of [
          ["send", sendMessageTemplate(), "MessageBody"],
          ["publish", publishTemplate(topicArn), "Message"],
        ] as const) {
          const whole = { ...frame, action };
          const isPassedOn = new URLSearchParams(render(template, JSON.stringify(whole))).has(parameter);
          expect(violation("client-frame", whole) === undefined).toBe(isPassedOn);
        }
      }),
    );
  });

  it("of a notification: the pusher reads what the schema accepts, and nothing else", () => {
    const request = nearly({
      users: [[], ["alice"], ["alice", "alice"], null, [1]],
      exclude_users: [[], ["bob"], "bob"],
      data: [null, "text", { a: 1 }],
      unknown: [1],
      notification: [{ to: "everyone" }, { title: "Hello" }],
      disconnect: [{ users: ["alice"] }, true],
    });
    fc.assert(
      fc.property(fc.oneof(request, json), (value) => {
        let isRead = true;
        try {
          parseNotification(JSON.stringify(value));
        } catch {
          isRead = false;
        }
        expect(violation("notification-request", value) === undefined).toBe(isRead);
      }),
    );
  });

  it("of each explicit request: the pusher reads what the schemas accept, and nothing else", () => {
    const users = [[], ["alice"], ["alice", 1], null];
    const to = fc.oneof(
      fc.constant("everyone"),
      nearly({ users }),
      nearly({ users, channels: [["room:42"]] }),
      nearly({ channels: [[], ["room:42", "lobby"], ["*"], ["n".repeat(129)]] }),
      json,
    );
    const notification = fc
      .tuple(
        to,
        nearly({
          except: [{ users: ["bob"] }, { user: ["bob"] }],
          id: ["order-17", "", "a b"],
          keep: [true, false],
          data: [1],
        }),
      )
      .map(([audience, rest]) => ({ to: audience, ...rest }));
    const times = [1_764_000_000, 1_764_000_000_000, 0, 1.5, "1764000000"];
    const request = fc.record(
      {
        notification: fc.oneof(notification, json),
        disconnect: fc.oneof(nearly({ users, reason: ["signed_out", "", "signed out"] }), json),
        revoke: fc.oneof(nearly({ users, issued_before: times }), json),
        other: json,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(request, (value) => {
        let isRead = true;
        try {
          parseRequest(JSON.stringify(value), { id: "m" });
        } catch {
          isRead = false;
        }
        const names = ["explicit-notification-request", "disconnect-request", "revoke-request"] as const;
        expect(names.some((name) => violation(name, value) === undefined)).toBe(isRead);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of what is pushed: what the pusher writes, for any id, data and reason", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), json, (text, data) => {
        const notification = { id: text, data: JSON.stringify(data) };
        const kept = { ...notification, cursor: "1764000000123-k3f9", channel: text, from: text, isRecovered: true };
        assertMatches("pushed-frame", JSON.parse(notificationFrame(notification)));
        assertMatches("pushed-frame", JSON.parse(notificationFrame(kept)));
        assertMatches("pushed-frame", JSON.parse(disconnectFrame(text)));
      }),
    );
  });

  it("of a recovery: the control function reads what the schema accepts, and nothing else", () => {
    const frame = nearly({
      id: ["1", "", "i".repeat(128), "i".repeat(129), "😀".repeat(128)],
      after: ["0", "1764000000123-k3f9", "1764000000123", "176400000012-k", ""],
      more: [true, false],
    });
    fc.assert(
      fc.property(frame, (members) => {
        const whole = { ...members, action: "recover" };
        let isRead = true;
        try {
          placeOf(parseFrame(JSON.stringify(whole)).members);
        } catch {
          isRead = false;
        }
        expect([whole, violation("client-frame", whole) === undefined]).toEqual([whole, isRead]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of the control function's answers: what it writes", () => {
    const answers = fc.record({ cursor: fc.constant("1764000000123-k3f9"), isMore: fc.boolean(), isGap: fc.boolean() });
    fc.assert(
      fc.property(answers, (answer) => {
        const frame = JSON.parse(recoveredFrame("1", answer));
        assertMatches("pushed-frame", frame);
        expect(frame.complete).toBe(!answer.isMore && !answer.isGap);
      }),
    );
    const missed = [undefined, {}, { cursor: "1764000000123-k3f9" }, { isMore: false, isGap: true }];
    for (const each of [...missed, { cursor: "1764000000123-k3f9", isMore: true, isGap: false }]) {
      for (const reason of CHANNEL_REFUSALS) {
        const lists = { channels: ["room:42"], refused: [{ channel: "*", reason }] };
        assertMatches("pushed-frame", JSON.parse(subscribedFrame("1", lists, each)));
      }
    }
    assertMatches("pushed-frame", JSON.parse(unsubscribedFrame("1", ["room:42", "no name"])));
    assertMatches("pushed-frame", JSON.parse(postedFrame("1", "J6x7eGbqIAMFwyg=")));
    expect(part("pushed-frame", "$defs", "subscribed", "properties", "refused", "items", "properties")).toMatchObject({
      reason: { enum: CHANNEL_REFUSALS },
    });
    for (const action of Object.values(CONTROL_ROUTE_KEYS)) {
      for (const reason of REFUSAL_REASONS) {
        assertMatches("pushed-frame", JSON.parse(refusedFrame("1", action, { reason, message: "why" })));
        assertMatches("pushed-frame", JSON.parse(refusedFrame(undefined, action, { reason, message: "why" })));
      }
    }
    expect(part("pushed-frame", "$defs", "refused", "properties")).toMatchObject({
      action: { enum: Object.values(CONTROL_ROUTE_KEYS) },
      reason: { enum: REFUSAL_REASONS },
    });
  });

  it("of a notification: no name that somebody writes who means `users` or `exclude_users`", () => {
    const isRefused = (request: object) => {
      const isViolation = violation("notification-request", request) !== undefined;
      const read = () => parseNotification(JSON.stringify(request));
      if (isViolation) expect(read).toThrow(MalformedNotificationError);
      else read();
      return isViolation;
    };
    const users = ["user", "Users", "USER", "user_id", "user_ids", "userId", "userIds", "user-names", "userList"];
    for (const name of [...users, "recipients"]) {
      expect([name, isRefused({ [name]: ["bob"], data: 1 })]).toEqual([name, true]);
      expect([name, isRefused({ [name]: ["bob"], users: [], data: 1 })]).toEqual([name, false]);
    }
    const excluded = ["exclude", "excludes", "excluded", "excludeUsers", "exclude-user", "ExcludeUserIds", "except"];
    for (const name of [...excluded, "excluding_users"]) {
      expect([name, isRefused({ [name]: ["bob"], users: ["alice"], data: 1 })]).toEqual([name, true]);
      expect([name, isRefused({ [name]: ["bob"], exclude_users: [], data: 1 })]).toEqual([name, false]);
    }
    for (const name of ["type", "id", "to", "source", "userAgent", "user_count", "reuse", "excluder", "exception"]) {
      expect([name, isRefused({ [name]: ["bob"], data: 1 })]).toEqual([name, false]);
    }
  });

  it("rejects a request that claims to be a continuation, which is the pusher's own", () => {
    expect(violation("notification-request", { data: 1, sumu_continuation: { attempt: 1 } })).toBe(
      "notification-request/sumu_continuation boolean schema is false",
    );
  });

  it("of the gateway's answers: what the mapping templates write", () => {
    assertMatches("server-frame", JSON.parse(render(PONG_TEMPLATE, "")));
    assertMatches("server-frame", JSON.parse(render(ACK_TEMPLATE, "<xml/>")));
    assertMatches("server-frame", JSON.parse(render(ERROR_TEMPLATE, "<xml/>")));
    const ended = { ...context, authorizer: { ...context.authorizer, expires_at: "1764000000999" } };
    const frame = renderTemplate(ERROR_TEMPLATE, { body: "<xml/>", context: ended, nullReference: "empty" });
    assertMatches("server-frame", JSON.parse(frame));
    assertMatches("server-frame", JSON.parse(errorFrame("Forbidden", context.connectionId, context.requestId)));
  });

  it("of presence: what the watchdog writes, for any user", () => {
    const user = fc.string({ unit: "binary", minLength: 1 });
    fc.assert(
      fc.property(user, fc.constantFrom("ONLINE", "OFFLINE"), fc.integer({ min: 1 }), (userId, status, version) => {
        const row = { status, version, changedAt: 1_764_000_000_999, announced: 0 };
        const { body, attributes } = presenceEvent(userId, row);
        assertMatches("presence-event", JSON.parse(body));
        assertMatches("presence-message", { Body: body, MessageAttributes: attributes });
      }),
    );
  });

  it("of names: the constants of src/contract", () => {
    const attributes = part("presence-message", "properties", "MessageAttributes");
    expect(Object.keys(attributes.properties ?? {}).sort()).toEqual(Object.values(MESSAGE_ATTRIBUTES).sort());
    const { presence, ...routes } = MESSAGE_SOURCES;
    expect(part("client-message", "properties", "MessageAttributes", "properties", "source")).toMatchObject({
      properties: { StringValue: { enum: expect.arrayContaining(Object.values(routes)) } },
    });
    expect(part("presence-message", "properties", "MessageAttributes", "properties", "source")).toMatchObject({
      properties: { StringValue: { const: presence } },
    });
  });
});
