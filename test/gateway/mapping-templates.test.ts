import fc from "fast-check";
import { renderTemplate } from "../../emulator/velocity/render-template";
import { controlTemplate } from "../../src/gateway/control-template";
import {
  ACK_TEMPLATE,
  deleteConnectionTemplate,
  ERROR_TEMPLATE,
  PONG_TEMPLATE,
  publishTemplate,
  putConnectionTemplate,
  sendMessageTemplate,
} from "../../src/gateway/mapping-templates";

const CONTEXT = {
  authorizer: { principalId: "alice" },
  connectionId: "J6x7dFvtIAMCIGA=",
  requestId: "J6x7eGbqIAMFwyg=",
  requestTimeEpoch: 1_764_000_000_999,
  routeKey: "send",
};
const TOPIC_ARN = "arn:aws:sns:eu-west-1:123456789012:shop-sumu-integration-messages";

/** Under both readings of a reference without a value; a template that differs between them is wrong on one of them. */
function render(template: string, body: string, context: object = CONTEXT): string {
  const [source, empty] = (["source", "empty"] as const).map((nullReference) =>
    renderTemplate(template, { body, context: { ...context }, nullReference }),
  );
  expect(empty).toBe(source);
  return source ?? "";
}

/** The form's parameters, in order, as the service decodes them. */
function form(rendered: string): Record<string, string> {
  expect(rendered).toMatch(/^[\w.*%+=&-]*$/);
  const entries = [...new URLSearchParams(rendered)];
  expect(new Set(entries.map(([name]) => name)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}

function sent(message: string, user = "alice"): Record<string, string> {
  return {
    Action: "SendMessage",
    "MessageAttribute.1.Name": "user_id",
    "MessageAttribute.1.Value.DataType": "String",
    "MessageAttribute.1.Value.StringValue": user,
    "MessageAttribute.2.Name": "timestamp",
    "MessageAttribute.2.Value.DataType": "Number",
    "MessageAttribute.2.Value.StringValue": "1764000000999",
    "MessageAttribute.3.Name": "source",
    "MessageAttribute.3.Value.DataType": "String",
    "MessageAttribute.3.Value.StringValue": "apigw.route.send",
    MessageBody: message,
  };
}

function published(message: string): Record<string, string> {
  return {
    Action: "Publish",
    TopicArn: TOPIC_ARN,
    "MessageAttributes.entry.1.Name": "user_id",
    "MessageAttributes.entry.1.Value.DataType": "String",
    "MessageAttributes.entry.1.Value.StringValue": "alice",
    "MessageAttributes.entry.2.Name": "timestamp",
    "MessageAttributes.entry.2.Value.DataType": "Number",
    "MessageAttributes.entry.2.Value.StringValue": "1764000000999",
    "MessageAttributes.entry.3.Name": "source",
    "MessageAttributes.entry.3.Value.DataType": "String",
    "MessageAttributes.entry.3.Value.StringValue": "apigw.route.publish",
    Message: message,
  };
}

const hostile: readonly { readonly title: string; readonly message: unknown }[] = [
  { title: "quotes", message: `She said "it's"` },
  { title: "ampersands, plus and per cent signs", message: "a=1&b=2+3%20%&Action=DeleteQueue" },
  { title: "newlines and tabs", message: "one\r\ntwo\n\tthree" },
  { title: "emoji and other planes", message: "👩‍🚀 日本語 ñ 𝄞" },
  { title: "Velocity", message: "#set($x = 1)$context.requestId #end ${foo} $util.urlEncode('x') ## #*" },
  { title: "backslashes", message: "\\ \\' \\u0041 C:\\temp" },
  { title: "a string that looks like JSON", message: '{"a":1}' },
  { title: "a string that is the word null", message: "null" },
  { title: "a string of one space", message: " " },
  { title: "an object", message: { text: "hi", to: ["bob"], n: 1.5, ok: true, none: null } },
  { title: "nested JSON", message: { a: { b: [{ c: '{"d":"e\\"f"}' }] } } },
  { title: "an empty object", message: {} },
  { title: "an array", message: [1, "two", { three: 3 }] },
  { title: "a number", message: 42 },
  { title: "zero", message: 0 },
  { title: "true", message: true },
  { title: "false", message: false },
  { title: "128 KB", message: "ü&\"'".repeat(26_000) },
];

/** What the backend is to find: a string's own text, anything else as its JSON text. */
function text(message: unknown): string {
  return typeof message === "string" ? message : JSON.stringify(message);
}

describe("the request of send", () => {
  it.each(hostile)("carries $title to SQS as the client meant it", ({ message }) => {
    const body = JSON.stringify({ action: "send", message });
    expect(form(render(sendMessageTemplate(), body))).toEqual(sent(text(message)));
  });

  it("carries any string", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (message) => {
        const body = JSON.stringify({ action: "send", message });
        expect(form(render(sendMessageTemplate(), body))).toEqual(sent(message));
      }),
    );
  });

  it("carries a user id of any characters", () => {
    const user = `auth0|x&y=z+"'%\\é`;
    const context = { ...CONTEXT, authorizer: { principalId: user } };
    const body = '{"action":"send","message":"hi"}';
    expect(form(render(sendMessageTemplate(), body, context))).toEqual(sent("hi", user));
  });
});

describe("the request of publish", () => {
  it.each(hostile)("carries $title to SNS as the client meant it", ({ message }) => {
    const body = JSON.stringify({ action: "publish", message });
    expect(form(render(publishTemplate(TOPIC_ARN), body))).toEqual(published(text(message)));
  });
});

describe("a frame without a message", () => {
  const without = [
    '{"action":"send"}',
    '{"action":"send","message":null}',
    '{"action":"send","message":""}',
    '{"action":"send","Message":"x"}',
  ];

  it.each(without)("makes SQS and SNS refuse, so that the client gets an error frame: %s", (body) => {
    // A request without its required parameter, which both services answer with 400.
    const { MessageBody: _body, ...rest } = sent("");
    expect(form(render(sendMessageTemplate(), body))).toEqual(rest);
    const { Message: _message, ...others } = published("");
    expect(form(render(publishTemplate(TOPIC_ARN), body))).toEqual(others);
  });
});

describe("a frame of a connection whose authorizer has said when it ends", () => {
  const at = (expires_at: string) => ({ ...CONTEXT, authorizer: { ...CONTEXT.authorizer, expires_at } });
  const body = '{"action":"send","message":"hi"}';
  const { MessageBody: _body, ...noMessage } = sent("hi");
  const { Message: _message, ...nothingPublished } = published("hi");

  it("goes to SQS and SNS up to the last millisecond before the end", () => {
    const context = at("1764000001000");
    expect(form(render(sendMessageTemplate(), body, context))).toEqual(sent("hi"));
    expect(form(render(publishTemplate(TOPIC_ARN), body, context))).toEqual(published("hi"));
  });

  it.each(["1764000000999", "1764000000998", "1763999999999"])(
    "takes no message with it at or after the end, so that the service refuses it: %s",
    (end) => {
      expect(form(render(sendMessageTemplate(), body, at(end)))).toEqual(noMessage);
      expect(form(render(publishTemplate(TOPIC_ARN), body, at(end)))).toEqual(nothingPublished);
    },
  );

  it("is answered by a frame that says that the connection has ended", () => {
    expect(JSON.parse(render(ERROR_TEMPLATE, "<xml/>", at("1764000000999")))).toEqual({
      type: "error",
      action: "send",
      requestId: "J6x7eGbqIAMFwyg=",
      reason: "connection_ended",
      message: "The token of this connection has ended. Connect again with a new token.",
    });
  });

  it("is answered as ever before the end, and where the authorizer says nothing, byte for byte", () => {
    const asEver =
      '{"type":"error","action":"send","requestId":"J6x7eGbqIAMFwyg=",' +
      '"message":"The message is missing, empty or too large, or the service refused it."}';
    expect(render(ERROR_TEMPLATE, "<xml/>", at("1764000001000"))).toBe(asEver);
    expect(render(ERROR_TEMPLATE, "<xml/>")).toBe(asEver);
    expect(render(ERROR_TEMPLATE, "<xml/>", at(""))).toBe(asEver);
  });
});

/** A template as Velocity's tokens: directives, and what stands between them. */
const DIRECTIVES = /#(?:set|if|elseif|else|end)\b/g;

describe("the templates of send and publish depend on nothing that versions of Velocity do differently", () => {
  const templates = [
    ["send", sendMessageTemplate()],
    ["publish", publishTemplate(TOPIC_ARN)],
  ] as const;

  it.each(templates)("%s has no empty block", (_, template) => {
    // What follows the condition of #if or #elseif, or an #else, up to the next directive that ends the block.
    const blocks = template.split(/#(?:if|elseif)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|#else/).slice(1);
    expect(blocks.length).toBeGreaterThanOrEqual(4);
    expect(blocks.filter((block) => /^\s*(?:#end|$)/.test(block))).toEqual([]);
  });

  it.each(templates)(
    "%s sets no variable to what may be null: each #set takes a double-quoted string",
    (_, template) => {
      const sets = template.split(DIRECTIVES).filter((part) => /^\(\$\w+ = /.test(part));
      expect(sets.map((part) => part.slice(0, part.indexOf(" = ")))).toEqual([
        "($json",
        "($message",
        "($message",
        "($message",
        "($expiresAt",
        "($now",
      ]);
      for (const set of sets) {
        // Quiet references only: one without a value is an empty string.
        expect(set).toMatch(/^\(\$\w+ = "(?:\$!\w+(?:\.\w+(?:\('[^']*'\))?)*)?"\)/);
      }
    },
  );

  it.each(templates)(
    "%s is the same under both readings of a reference without a value, whatever the frame",
    (route, template) => {
      fc.assert(
        fc.property(fc.oneof(fc.jsonValue(), fc.constant(undefined)), (message) => {
          const rendered = form(render(template, JSON.stringify({ action: route, message })));
          const parameter = route === "send" ? "MessageBody" : "Message";
          const isMissing = message === undefined || message === null || message === "";
          expect(rendered[parameter]).toBe(isMissing ? undefined : text(message));
        }),
      );
    },
  );
});

describe("the request of $connect", () => {
  const itemWith = (authorizer: Readonly<Record<string, string>>) =>
    JSON.parse(
      render(putConnectionTemplate("shop-sumu-connections"), "", {
        ...CONTEXT,
        authorizer: { ...CONTEXT.authorizer, ...authorizer },
      }),
    ).Item;
  const usual = {
    user_id: { S: "alice" },
    connection_id: { S: "J6x7dFvtIAMCIGA=" },
    connected_at: { N: "1764000000999" },
    delete_at: { N: "1764007500" },
  };

  it("puts the authorizer's time to live, where there is one", () => {
    expect(itemWith({ delete_at: "1764000060", expires_at: "1764000060999" })).toEqual({
      ...usual,
      delete_at: { N: "1764000060" },
    });
    expect(itemWith({ expires_at: "1764007200999" })).toEqual(usual);
  });

  it("puts the protocol that SUMU knows, and no other", () => {
    expect(itemWith({ protocol: "2" })).toEqual({ ...usual, protocol: { N: "2" } });
    for (const protocol of ["", "1", "3", "02", "null", '2"},"x":{"S":"'])
      expect(itemWith({ protocol })).toEqual(usual);
  });

  it("puts the connection with its time to live as a Number of epoch seconds", () => {
    expect(JSON.parse(render(putConnectionTemplate("shop-sumu-connections"), ""))).toEqual({
      TableName: "shop-sumu-connections",
      Item: {
        user_id: { S: "alice" },
        connection_id: { S: "J6x7dFvtIAMCIGA=" },
        connected_at: { N: "1764000000999" },
        delete_at: { N: "1764007500" },
      },
    });
  });

  it("and of $disconnect name the user whatever characters the token's sub has", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (principalId) => {
        const context = { ...CONTEXT, authorizer: { principalId } };
        const put = JSON.parse(render(putConnectionTemplate("t"), "", context)) as { Item: unknown };
        expect(put.Item).toMatchObject({ user_id: { S: principalId } });
        expect(JSON.parse(render(deleteConnectionTemplate("t"), "", context))).toEqual({
          TableName: "t",
          Key: { user_id: { S: principalId }, connection_id: { S: "J6x7dFvtIAMCIGA=" } },
        });
      }),
    );
  });
});

describe("the request of a control route", () => {
  const controlled = (body: string, authorizer: Readonly<Record<string, string>> = {}) =>
    form(
      render(controlTemplate(), body, {
        ...CONTEXT,
        routeKey: "recover",
        authorizer: { ...CONTEXT.authorizer, ...authorizer },
      }),
    );
  const attributes = (sent: Record<string, string>) =>
    Array.from({ length: 8 }, (_, index) => {
      const given = (part: string) => sent[`MessageAttribute.${index + 1}.${part}`];
      return [given("Name"), given("Value.DataType"), given("Value.StringValue")];
    }).filter(([name]) => name !== undefined);

  it("has the client's frame as it came, and the facts of the connection", () => {
    const frame = '{ "action": "recover", "id": "1", "after": "0", "n": 1.10 }';
    const sent = controlled(frame, { protocol: "2", expires_at: "1764000060999", grants: "room:* news" });
    expect([sent.Action, sent.MessageBody]).toEqual(["SendMessage", frame]);
    expect(attributes(sent)).toEqual([
      ["user_id", "String", "alice"],
      ["connection_id", "String", "J6x7dFvtIAMCIGA="],
      ["timestamp", "Number", "1764000000999"],
      ["action", "String", "recover"],
      ["request_id", "String", "J6x7eGbqIAMFwyg="],
      ["protocol", "String", "2"],
      ["expires_at", "Number", "1764000060999"],
      ["grants", "String", "room:* news"],
    ]);
  });

  it("has the facts of a client of the bare protocol, whose authorizer says nothing more", () => {
    expect(attributes(controlled("{}")).slice(5)).toEqual([
      ["protocol", "String", "1"],
      ["expires_at", "Number", "0"],
    ]);
  });

  it("has no body after the connection's end, so that SQS refuses it", () => {
    expect(controlled("{}", { expires_at: "1764000001000" })).toHaveProperty("MessageBody");
    for (const expires_at of ["1764000000999", "1764000000000"]) {
      expect(controlled("{}", { expires_at })).not.toHaveProperty("MessageBody");
    }
  });

  it("keeps the frame apart from the facts, whatever the frame and the user are", () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: "binary", minLength: 1 }), (frame, principalId) => {
        const sent = controlled(frame, { principalId, grants: frame });
        expect(sent.MessageBody).toBe(frame === "" ? "{}" : frame);
        expect(attributes(sent).map(([name]) => name)).toHaveLength(8);
        expect(attributes(sent)[0]).toEqual(["user_id", "String", principalId]);
      }),
    );
    for (const { message } of hostile) {
      const frame = JSON.stringify({ action: "recover", message });
      expect(controlled(frame).MessageBody).toBe(frame);
    }
  });
});

describe("the client's answer", () => {
  it("is an ack, an error or a pong of the documented shape", () => {
    expect(JSON.parse(render(ACK_TEMPLATE, "<xml/>"))).toEqual({
      type: "ack",
      action: "send",
      requestId: "J6x7eGbqIAMFwyg=",
    });
    expect(JSON.parse(render(ERROR_TEMPLATE, "<xml/>"))).toEqual({
      type: "error",
      action: "send",
      requestId: "J6x7eGbqIAMFwyg=",
      message: "The message is missing, empty or too large, or the service refused it.",
    });
    expect(JSON.parse(render(PONG_TEMPLATE, ""))).toEqual({
      type: "pong",
      statusCode: 200,
      connectionId: "J6x7dFvtIAMCIGA=",
    });
  });
});
