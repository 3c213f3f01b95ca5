import { renderTemplate } from "../../emulator/velocity/render-template";
import { putConnectionTemplate, sendMessageTemplate } from "../../src/gateway/mapping-templates";
import { API_STAGE, connectEvent } from "../../support/connect-event";
import { type KeyServer, startKeyServer } from "../../support/key-server";
import { createSigningKey, signToken } from "../../support/signing-key";
import { DLQ_URL, type FakeAws, fakeAws, QUEUE_URL } from "../handlers/support/fake-aws";
import { EarlierBundles, type Version } from "./earlier-bundles";

jest.setTimeout(60_000);

const FUNCTION_NAME = "shop-sumu-pusher-released";
const NOW_SECONDS = Math.floor(Date.now() / 1_000);

/** The template of `$connect` before contract version 2. */
const EARLIER_CONNECT =
  `#set($deleteAt = $context.requestTimeEpoch / 1000 + 7500){"TableName":"connections","Item":{` +
  `"user_id":{"S":"$util.escapeJavaScript($context.authorizer.principalId).replaceAll("\\\\'","'")"},` +
  `"connection_id":{"S":"$context.connectionId"},"connected_at":{"N":"$context.requestTimeEpoch"},"delete_at":{"N":"$deleteAt"}}}`;

let bundles: EarlierBundles;
beforeAll(() => {
  bundles = new EarlierBundles();
});
afterAll(() => bundles.remove());

describe("an authorizer and mapping templates, one of which is of an earlier version,", () => {
  const key = createSigningKey("RS256", "rsa-1");
  const token = signToken(key, { sub: "alice", iat: NOW_SECONDS, exp: NOW_SECONDS + 60 });
  let server: KeyServer;
  beforeAll(async () => {
    server = await startKeyServer(() => ({ body: JSON.stringify({ keys: [key.publicJwk] }) }));
  });
  afterAll(() => server.close());

  async function decide(version: Version, origin: string): Promise<Record<string, Record<string, string>>> {
    const environment = {
      AUTHORIZED_APIS: API_STAGE,
      JWT_ISSUER_JWKS_URI: server.url.href,
      END_CONNECTIONS_WITH_TOKEN: "true",
      ALLOWED_ORIGINS: "https://app.example",
    };
    const event = connectEvent(token, {
      headers: { Origin: origin },
      queryStringParameters: { authorization: token, protocol: "2" },
    });
    const { result, error } = await bundles.invoke("authorizer", version, environment, event);
    expect(error).toBeUndefined();
    return result as Record<string, Record<string, string>>;
  }

  /** As API Gateway renders a template once the authorizer has admitted the client. */
  function render(template: string, { principalId, context }: Record<string, unknown>): string {
    const authorizer = { principalId, ...(context as object | undefined) };
    const requestTimeEpoch = NOW_SECONDS * 1_000;
    return renderTemplate(template, {
      body: '{"action":"send","message":"hi"}',
      context: { authorizer, connectionId: "J6x7dFvtIAMCIGA=", requestTimeEpoch, routeKey: "send", requestId: "1" },
      nullReference: "empty",
    });
  }

  const usual = {
    user_id: { S: "alice" },
    connection_id: { S: "J6x7dFvtIAMCIGA=" },
    connected_at: { N: String(NOW_SECONDS * 1_000) },
    delete_at: { N: String(NOW_SECONDS + 7_500) },
  };
  const itemOf = (rendered: string) => JSON.parse(rendered).Item;

  it("do as before with an earlier authorizer: the usual row, and each frame goes on", async () => {
    const decision = await decide("earlier", "https://app.example");
    expect(decision.policyDocument).toMatchObject({ Statement: [{ Effect: "Allow" }] });
    expect(itemOf(render(putConnectionTemplate("connections"), decision))).toEqual(usual);
    expect(render(sendMessageTemplate(), decision)).toContain("&MessageBody=hi");
  });

  it("do as before with an earlier $connect: the usual row, and the refusals of the authorizer stand", async () => {
    const decision = await decide("present", "https://app.example");
    expect(decision.context).toEqual({
      protocol: "2",
      expires_at: String((NOW_SECONDS + 60) * 1_000),
      delete_at: String(NOW_SECONDS + 60),
    });
    expect(itemOf(render(EARLIER_CONNECT, decision))).toEqual(usual);
    expect(await decide("present", "https://other.example")).toMatchObject({
      policyDocument: { Statement: [{ Effect: "Deny" }] },
      context: { refusal: "origin_not_allowed" },
    });
  });

  it("make the row of the new contract together", async () => {
    const decision = await decide("present", "https://app.example");
    expect(itemOf(render(putConnectionTemplate("connections"), decision))).toEqual({
      ...usual,
      delete_at: { N: String(NOW_SECONDS + 60) },
      protocol: { N: "2" },
    });
  });
});

describe("a pusher and what it gets, one of which is of an earlier version,", () => {
  const row = (user: string, protocol?: number, deleteAt = NOW_SECONDS + 3_600) => ({
    user_id: user,
    connection_id: `${user}-1=`,
    connected_at: (NOW_SECONDS - 60) * 1_000,
    delete_at: deleteAt,
    protocol,
  });
  const ROWS = [row("alice"), row("bob", 2), row("carol"), row("ended", 2, NOW_SECONDS - 1)];
  let aws: FakeAws;
  /** Connections that take nothing. */
  let throttled: readonly string[];
  beforeEach(async () => {
    throttled = [];
    aws = await fakeAws({
      rows: ROWS,
      channels: { "room:1": [row("alice", 2), row("bob", 2)] },
      post: (id) => ({ status: throttled.includes(id) ? 429 : 200 }),
    });
  });
  afterEach(() => aws.close());

  interface Sent {
    readonly MessageBody: string;
    readonly MessageAttributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue?: string }>>;
  }

  /** What one invocation with these messages of the queue did. */
  async function push(version: Version, messages: readonly Sent[], senderName = "backend") {
    aws.posts.clear();
    aws.calls.length = 0;
    const Records = messages.map(({ MessageBody, MessageAttributes = {} }, index) => ({
      messageId: `message-${index}`,
      body: MessageBody,
      eventSource: "aws:sqs",
      attributes: { SentTimestamp: String(Date.now()), SenderId: `AROAEXAMPLE:${senderName}` },
      messageAttributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { DataType, StringValue }]) => [
          name,
          { dataType: DataType, stringValue: StringValue },
        ]),
      ),
    }));
    const channels: Record<string, string> = version === "present" ? { SUBSCRIPTIONS_TABLE_NAME: "subscriptions" } : {};
    const environment = { ...aws.environment, ...channels, AWS_LAMBDA_FUNCTION_NAME: FUNCTION_NAME };
    const { result, error } = await bundles.invoke("pusher", version, environment, { Records });
    const sent = (url: string) =>
      aws.calls
        .filter(({ operation, input }) => operation.startsWith("SendMessage") && input.QueueUrl === url)
        .flatMap(({ input }) => (input.Entries ?? [input]) as Sent[]);
    const failures = (result as { batchItemFailures?: readonly unknown[] } | undefined)?.batchItemFailures ?? [];
    return {
      error,
      posts: Object.fromEntries([...aws.posts].sort()),
      deadLetters: sent(DLQ_URL).length + failures.length,
      continuations: sent(QUEUE_URL),
    };
  }

  const request = (body: object): Sent => ({ MessageBody: JSON.stringify(body) });

  it("is an earlier one: connections of protocol 2 get the bare data, and ended ones nothing", async () => {
    expect(await push("earlier", [request({ data: "hi" })])).toMatchObject({
      posts: { "alice-1=": ['"hi"'], "bob-1=": ['"hi"'], "carol-1=": ['"hi"'] },
      deadLetters: 0,
    });
  });

  it.each([
    [{ notification: { to: { users: ["alice"] }, data: "hi" } }],
    [{ notification: { to: { users: [] }, data: "hi" } }],
    [{ notification: { to: { channels: ["room:1"] }, data: "hi" } }],
    [{ notification: { to: "everyone", data: "hi" } }],
    [{ disconnect: { users: ["alice"] } }],
    [{ revoke: { users: ["alice"], issued_before: NOW_SECONDS } }],
  ])("is an earlier one: it sends the request %j to nobody, and not into oblivion", async (body) => {
    expect(await push("earlier", [request(body)])).toEqual({
      error: undefined,
      posts: {},
      deadLetters: 1,
      continuations: [],
    });
  });

  it.each([
    ["a request of the old form", { users: ["alice", "bob"], data: "hi" }],
    ["a request of the old form to everyone but one", { exclude_users: ["carol"], data: "hi" }],
    ["a notification", { notification: { to: { users: ["alice", "bob"] }, id: "order-17", data: "hi" } }],
    [
      "a notification to everyone but one",
      { notification: { to: "everyone", except: { users: ["carol"] }, data: "hi" } },
    ],
  ])(
    "is an earlier one: of what a present one left of %s, nobody gets anything for whom it is not",
    async (_, body) => {
      throttled = ["alice-1=", "bob-1="];
      const { continuations, posts } = await push("present", [request(body)]);
      expect(Object.keys(posts)).not.toContain("carol-1=");
      expect(continuations.length).toBeGreaterThan(0);
      throttled = [];
      const rest = await push("earlier", continuations, FUNCTION_NAME);
      expect(Object.keys(rest.posts).filter((id) => id !== "alice-1=" && id !== "bob-1=")).toEqual([]);
      // Each continuation is delivered, or kept where an operator sees it.
      expect(Object.keys(rest.posts).length + rest.deadLetters).toBeGreaterThan(0);
      for (const bodies of Object.values(rest.posts)) expect(bodies).toEqual(['"hi"']);
    },
  );

  it("is an earlier one: what a present one left of a disconnect ends nothing and reaches nobody", async () => {
    throttled = ["alice-1="];
    const { continuations } = await push("present", [request({ disconnect: { users: ["alice"] } })]);
    expect(continuations.length).toBeGreaterThan(0);
    throttled = [];
    const rest = await push("earlier", continuations, FUNCTION_NAME);
    expect(rest.posts).toEqual({});
    expect(rest.deadLetters).toBe(continuations.length);
  });

  it.each(["earlier", "second"] as const)(
    "is of the %s contract: a user's post to a channel reaches nobody, and becomes a dead letter",
    async (version) => {
      const MessageAttributes = { sumu_posted_by: { DataType: "String", StringValue: "alice" } };
      const post = {
        ...request({ notification: { to: { channels: ["room:1"] }, id: "p-1", data: "hi" } }),
        MessageAttributes,
      };
      expect(await push("present", [post])).toMatchObject({
        posts: { "alice-1=": [expect.stringContaining("room:1")] },
      });
      expect(await push(version, [post])).toEqual({ error: undefined, posts: {}, deadLetters: 1, continuations: [] });
    },
  );

  it.each(["earlier", "second"] as const)(
    "is of the %s contract: what a present one left of a channel reaches nobody, and becomes dead letters",
    async (version) => {
      throttled = ["alice-1=", "bob-1="];
      const { continuations } = await push("present", [
        request({ notification: { to: { channels: ["room:1"] }, data: "hi" } }),
      ]);
      expect(continuations.length).toBeGreaterThan(0);
      throttled = [];
      const rest = await push(version, continuations, FUNCTION_NAME);
      expect(rest).toEqual({ error: undefined, posts: {}, deadLetters: continuations.length, continuations: [] });
    },
  );

  it("is a present one: what an earlier one left goes to whom it is for, once", async () => {
    throttled = ["alice-1="];
    const { continuations } = await push("earlier", [request({ users: ["alice", "carol"], data: "hi" })]);
    expect(continuations.length).toBeGreaterThan(0);
    throttled = [];
    expect(await push("present", continuations, FUNCTION_NAME)).toMatchObject({
      posts: { "alice-1=": ['"hi"'] },
      deadLetters: 0,
      continuations: [],
    });
  });

  it("is a present one: rows without a protocol get the bare data", async () => {
    const { posts } = await push("present", [request({ users: ["alice", "carol"], data: "hi" })]);
    expect(posts).toEqual({ "alice-1=": ['"hi"'], "carol-1=": ['"hi"'] });
  });
});
