import { RevocationsTable } from "../../../handlers/authorizer/revocations-table";
import { type Reply, type ScriptedServer, scriptedServer } from "../support/scripted-server";

const json = (body: object): Reply => ({ status: 200, body: JSON.stringify(body) });
const refusal = (status: number, type: string): Reply => ({ status, body: JSON.stringify({ __type: type }) });

describe("the revocations table", () => {
  let server: ScriptedServer;
  let reply: Reply;
  beforeAll(async () => {
    server = await scriptedServer(() => reply);
  });
  afterAll(() => server.close());

  function table(): RevocationsTable {
    const environment = {
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
    };
    return new RevocationsTable("shop-sumu-revocations", environment, Date.now);
  }

  it("is read strongly consistently, one row of one user", async () => {
    reply = json({ Item: { issued_before: { N: "1764000000" } } });
    expect(await table().issuedBefore("alice")).toBe(1_764_000_000);
    const request = server.requests.at(-1);
    expect(request?.headers["x-amz-target"]).toBe("DynamoDB_20120810.GetItem");
    expect(JSON.parse(request?.body ?? "")).toEqual({
      TableName: "shop-sumu-revocations",
      Key: { user_id: { S: "alice" } },
      ConsistentRead: true,
      ProjectionExpression: "#issued_before",
      ExpressionAttributeNames: { "#issued_before": "issued_before" },
    });
  });

  it("has no row for a user whose tokens are not revoked", async () => {
    reply = json({});
    expect(await table().issuedBefore("alice")).toBeUndefined();
  });

  it.each([[{}], [{ issued_before: { S: "1764000000" } }], [{ issued_before: { N: "soon" } }]])(
    "rejects a row that does not say when: %j",
    async (Item) => {
      reply = json({ Item });
      await expect(table().issuedBefore("alice")).rejects.toMatchObject({
        message: "revocations_unavailable",
        detail: "malformed_row",
      });
    },
  );

  it.each(["AccessDeniedException", "ResourceNotFoundException"])("rejects with the code of %s", async (code) => {
    reply = refusal(400, `com.amazon.coral.service#${code}`);
    await expect(table().issuedBefore("alice")).rejects.toMatchObject({
      message: "revocations_unavailable",
      detail: code,
    });
  });
});
