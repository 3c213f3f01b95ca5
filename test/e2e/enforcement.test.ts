import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import type { Decision } from "../../local/enforcement/decision";
import { describeDenial } from "../../local/enforcement/describe-denial";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { FunctionLog } from "./function-log";
import { Inbox } from "./inbox";
import { localTarget } from "./local-target";
import { RolePolicy } from "./role-policy";
import { Session } from "./session";
import { until, untilAborted } from "./until";

jest.setTimeout(120_000);

const GATEWAY = "local-sumu";
const AUTHORIZER = "local-sumu-run-authorizer";
const PUSHER = "local-sumu-run-pusher";
const PRESENCE = "local-sumu-run-presence";

/** Rights that no behaviour here needs, and why they stay. */
const NOT_TRIED: { readonly [right: string]: string } = {
  [`${PUSHER} CloseSlowConsumers execute-api:ManageConnections`]:
    "a client has to read nothing for as long as the pusher is patient: the simulated AWS tries it on a simulated clock",
  [`${PUSHER} TakeNotificationsAndContinueThem sqs:SendMessage`]:
    "a client has to read nothing: the behaviour of a client that never reads needs it",
  [`${PRESENCE} SendEvents sqs:SendMessage`]: "for presence to the queue; it stays so that a switch loses no event",
};

describeWithLocalAws("what the policies of the stack decide", () => {
  const decisions: Decision[] = [];
  const underWay: Promise<unknown>[] = [];
  let stack: LocalStack;
  let session: Session;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic", onDecision: (decision) => decisions.push(decision) });
    session = await Session.open(localTarget(stack, "topic"));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await Promise.all(underWay);
    await session?.close();
    await stack?.stop();
  });
  afterEach(() => session.closeClients());

  const denial = (principal: string, action: string): Promise<Decision> =>
    until(`a denial of ${action} to ${principal}`, () =>
      decisions.find((one) => one.kind === "denied" && one.principal === principal && one.action === action),
    );

  async function deadLetter(queueName: string, isIt: (body: string) => boolean): Promise<void> {
    const { QueueUrl = "" } = await stack.aws.sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
    const inbox = new Inbox(stack.aws.sqs, QueueUrl);
    try {
      await until("the dead letter", () => inbox.messages.some(({ body }) => isIt(body)));
    } finally {
      await inbox.stop();
    }
  }

  /** Each of them ends when the behaviour is seen. */
  const behaviours = {
    "a client connects": async () => {
      await session.connect(session.user("alice"));
    },
    "the row of a closed connection goes": async () => {
      const user = session.user("alice");
      await (await session.connect(user)).close();
      await until("the row to go", async () => (await session.rows(user)).length === 0);
    },
    "send is acknowledged": () => acknowledged("send"),
    "publish is acknowledged": () => acknowledged("publish"),
    "a notification by the topic arrives": () => arrives("topic"),
    "a notification by the queue arrives": () => arrives("queue"),
    "a broadcast arrives": async () => {
      const client = await session.connect(session.user("alice"));
      const data = session.user("broadcast");
      await session.notify("topic", { data });
      await client.frame((frame) => frame === JSON.stringify(data));
    },
    "the row of a connection that is gone goes": async () => {
      const user = session.user("alice");
      await session.putStaleRow(user, await session.closedConnectionId(), 60_000);
      await session.notify("topic", { users: [user], data: 1 });
      await until("the row to go", async () => (await session.rows(user)).length === 0);
    },
    "a malformed notification is a dead letter": async () => {
      const text = session.user("no JSON");
      await session.notify("topic", text);
      await deadLetter("local-sumu-integration-notifications-dlq", (body) => body === text);
    },
    "ONLINE is told": async () => {
      const user = session.user("alice");
      await session.connect(user);
      await session.presence(user, 1);
    },
    "a change of presence that no try can settle is a dead letter": async () => {
      const user = session.user("eve");
      const Item = { user_id: { S: user }, status: { S: "AWAY" }, version: { N: "1" } };
      await stack.aws.dynamodb.send(new PutItemCommand({ TableName: stack.info.presence_table?.name, Item }));
      await session.connect(user);
      await deadLetter("local-sumu-presence-dlq", (body) => body.includes(user));
    },
    "the authorizer logs": () => logs("local-sumu-authorizer-codeless", "authorization_decided"),
    "the pusher logs": async () => {
      const log = await FunctionLog.open(stack.aws, "local-sumu-pusher-codeless");
      await arrives("topic");
      await log.line("pushed");
    },
    "the watchdog logs": () => logs("local-sumu-presence", "presence_settled"),
  } satisfies { readonly [behaviour: string]: () => Promise<void> };

  async function acknowledged(action: string): Promise<void> {
    const client = await session.connect(session.user("alice"));
    client.send(JSON.stringify({ action, message: "hello" }));
    await client.frame((frame) => frame.includes('"type":"ack"'));
  }

  async function arrives(via: "topic" | "queue"): Promise<void> {
    const user = session.user("alice");
    const client = await session.connect(user);
    await session.notify(via, { users: [user], data: "hello" });
    await client.frame((frame) => frame === '"hello"');
  }

  async function logs(functionName: string, code: string): Promise<void> {
    const log = await FunctionLog.open(stack.aws, functionName);
    await session.connect(session.user("alice"));
    await log.line(code);
  }

  /** Until the denial is reported, and a little longer, the behaviour must not be seen. */
  async function isMissed(behaviour: keyof typeof behaviours, principal: string, action: string): Promise<Decision> {
    const over = new AbortController();
    const seen = untilAborted(over.signal, behaviours[behaviour]).then(
      () => "seen",
      () => "missing",
    );
    underWay.push(seen);
    const found = await denial(principal, action);
    const later = new Promise<string>((resolve) => setTimeout(resolve, 250, "missing"));
    expect(await Promise.race([seen, later])).toBe("missing");
    // Nothing waits for what does not come.
    over.abort();
    return found;
  }

  const RIGHTS: readonly (readonly [
    role: string,
    sid: string,
    actions: readonly string[],
    behaviour: keyof typeof behaviours,
  ])[] = [
    [GATEWAY, "KeepConnections", ["dynamodb:PutItem"], "a client connects"],
    [GATEWAY, "KeepConnections", ["dynamodb:DeleteItem"], "the row of a closed connection goes"],
    [GATEWAY, "PublishMessages", ["sns:Publish"], "publish is acknowledged"],
    [GATEWAY, "SendMessages", ["sqs:SendMessage"], "send is acknowledged"],
    [AUTHORIZER, "WriteOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], "the authorizer logs"],
    [PUSHER, "WriteOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], "the pusher logs"],
    [PUSHER, "FindConnections", ["dynamodb:Query"], "a notification by the topic arrives"],
    [PUSHER, "FindConnections", ["dynamodb:Scan"], "a broadcast arrives"],
    [PUSHER, "FindConnections", ["dynamodb:DeleteItem"], "the row of a connection that is gone goes"],
    [PUSHER, "PostToConnections", ["execute-api:ManageConnections"], "a notification by the topic arrives"],
    [
      PUSHER,
      "TakeNotificationsAndContinueThem",
      ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      "a notification by the queue arrives",
    ],
    [PUSHER, "GiveUp", ["sqs:SendMessage"], "a malformed notification is a dead letter"],
    [PRESENCE, "WriteOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], "the watchdog logs"],
    [
      PRESENCE,
      "FollowConnections",
      ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"],
      "ONLINE is told",
    ],
    [PRESENCE, "CountConnections", ["dynamodb:Query"], "ONLINE is told"],
    [PRESENCE, "KeepStates", ["dynamodb:GetItem", "dynamodb:UpdateItem"], "ONLINE is told"],
    [PRESENCE, "PublishEvents", ["sns:Publish"], "ONLINE is told"],
    [PRESENCE, "GiveUp", ["sqs:SendMessage"], "a change of presence that no try can settle is a dead letter"],
  ];
  const ROWS = RIGHTS.flatMap(([role, sid, actions, behaviour]) =>
    actions.map((action) => [role, sid, action, behaviour] as const),
  );

  it("are every right of every role, each of which a behaviour below needs, or a reason keeps", async () => {
    const rights = await Promise.all(
      [GATEWAY, AUTHORIZER, PUSHER, PRESENCE].map(async (role) =>
        (await RolePolicy.read(stack.aws, role)).statements.flatMap(({ Sid, Action }) =>
          Action.map((action) => `${role} ${Sid} ${action}`),
        ),
      ),
    );
    const named = [...ROWS.map((row) => row.slice(0, 3).join(" ")), ...Object.keys(NOT_TRIED)];
    expect(rights.flat().sort()).toEqual(named.sort());
  });

  it.each(Object.keys(behaviours) as (keyof typeof behaviours)[])("with all rights, %s", async (behaviour) => {
    await behaviours[behaviour]();
  });

  it("deny nothing that SUMU does while all rights are there", () => {
    expect(decisions.filter(({ kind }) => kind !== "allowed").map(describeDenial)).toEqual([]);
  });

  it.each(ROWS)("without %s %s %s, it fails that %s", async (role, sid, action, behaviour) => {
    const policy = await RolePolicy.read(stack.aws, role);
    await policy.write(policy.without(sid, action));
    try {
      const { kind, principal } = await isMissed(behaviour, role, action);
      expect([kind, principal]).toEqual(["denied", role]);
    } finally {
      await policy.write(policy.statements);
    }
  });

  it.each([
    ["local-sumu-authorizer-codeless", "apigateway.amazonaws.com", "a client connects"],
    ["local-sumu-pusher-codeless", "sns.amazonaws.com", "a notification by the topic arrives"],
  ] as const)("without the permission of %s for %s, it fails that %s", async (name, service, behaviour) => {
    const { lambda } = stack.aws;
    const target = { FunctionName: name, Qualifier: "latest" };
    const { Policy = "{}" } = await lambda.send(new GetPolicyCommand(target));
    const [statement] = JSON.parse(Policy).Statement;
    const { Sid: StatementId, Action, Condition } = statement;
    await lambda.send(new RemovePermissionCommand({ ...target, StatementId }));
    try {
      await isMissed(behaviour, service, "lambda:InvokeFunction");
    } finally {
      const SourceArn = Condition.ArnLike["AWS:SourceArn"];
      await lambda.send(new AddPermissionCommand({ ...target, StatementId, Action, Principal: service, SourceArn }));
    }
  });

  it("keep a role from a service that it does not trust", async () => {
    const assume = (RoleSessionName: string): Promise<string> =>
      stack.aws.query("sts", "AssumeRole", {
        RoleArn: `arn:aws:iam::000000000000:role/${PUSHER}`,
        RoleSessionName,
      });
    await expect(assume("apigateway.amazonaws.com")).rejects.toThrow("is not authorized to perform: sts:AssumeRole");
  });

  it("say what is missing, on what, and in which file the statement would have to be", async () => {
    const found = await denial(PUSHER, "dynamodb:Query");
    expect(describeDenial(found)).toBe(
      "AccessDenied: local-sumu-run-pusher may not call dynamodb:Query on " +
        "arn:aws:dynamodb:us-east-1:000000000000:table/local-sumu-connections. No statement of the role allows it: " +
        "add dynamodb:Query to a statement in src/pusher/pusher.ts.",
    );
  });

  it("leave no call of a role undecided", () => {
    expect(decisions.filter(({ kind }) => kind === "unevaluated")).toEqual([]);
  });
});
