import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { canFindProcesses, findProcesses } from "../support/processes";
import { localTarget } from "./local-target";
import { Session } from "./session";
import { until } from "./until";

jest.setTimeout(60_000);

/** Replaces the 12 minutes after which SQS delivers an unfinished batch again. */
const VISIBILITY_TIMEOUT_SECONDS = "5";

(canFindProcesses ? describeWithLocalAws : describe.skip)("functions killed in mid-batch", () => {
  let stack: LocalStack;
  let session: Session;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic" });
    session = await Session.open(localTarget(stack, "topic"));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await session?.close();
    await stack?.stop();
  });

  /** Ends every process that runs a function, whatever it is doing. @returns how many there were */
  async function kill(functionName: string): Promise<number> {
    const workers = await findProcesses(
      `AWS_LAMBDA_FUNCTION_NAME=${functionName}`,
      `AWS_ENDPOINT_URL=${stack.info.aws_endpoint_url}`,
    );
    for (const { pid } of workers) process.kill(pid, "SIGKILL");
    return workers.length;
  }

  /** Sends notifications to the queue so that the pusher gets all of them in one batch. @returns the ids of the messages */
  async function sendAsOneBatch(Entries: SendMessageBatchRequestEntry[]): Promise<readonly (string | undefined)[]> {
    const { lambda, sqs } = stack.aws;
    const { arn, url } = stack.info.notifications.queue;
    const mapping = new ListEventSourceMappingsCommand({ EventSourceArn: arn });
    const { EventSourceMappings: [{ UUID } = {}] = [] } = await lambda.send(mapping);
    // A mapping that polls may see the first messages before the others are there.
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    const { Successful = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    return Entries.map(({ Id }) => Successful.find((sent) => sent.Id === Id)?.MessageId);
  }

  it("lose no notification", async () => {
    const { queueUrl: QueueUrl } = session.target.notifications;
    const { sqs } = session.target;
    const Attributes = { VisibilityTimeout: VISIBILITY_TIMEOUT_SECONDS };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    const users = Array.from({ length: 9 }, (_user, index) => session.user(`user-${index}`));
    const clients = await Promise.all(users.map((user) => session.connect(user)));
    // The pusher retries a connection that is so young and yet gone until it is ten seconds old, so the batch stays
    // open.
    const ghost = session.user("ghost");
    await session.putStaleRow(ghost, await session.closedConnectionId(), 0);

    const Entries = [...users, ghost].map((user, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify({ users: [user], data: index }),
    }));
    await sendAsOneBatch(Entries);
    await Promise.race(clients.map((client) => client.received(1)));
    expect(await kill("local-sumu-pusher-codeless")).toBeGreaterThan(0);

    await Promise.all(clients.map((client) => client.received(1)));
    // Notifications that were delivered before the function was killed arrive again: the promise is at least once.
    for (const [index, client] of clients.entries()) expect(new Set(client.frames)).toEqual(new Set([String(index)]));
    await until("the ghost's row to go", async () => (await session.rows(ghost)).length === 0, 40_000);
  });

  it("deliver a notification again with the same id, and the bare data to an old client beside it", async () => {
    const { queueUrl: QueueUrl } = session.target.notifications;
    const { sqs } = session.target;
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: VISIBILITY_TIMEOUT_SECONDS } }),
    );
    const user = session.user("envelope");
    const [client, old] = await Promise.all([session.connect(user, "2"), session.connect(user)]);
    const ghost = session.user("ghost");
    await session.putStaleRow(ghost, await session.closedConnectionId(), 0);
    const requests = [
      { notification: { to: { users: [user] }, id: "order-17", data: "with an id" } },
      { notification: { to: { users: [user] }, data: "without" } },
      { notification: { to: { users: [ghost] }, data: "keeps the batch from its end" } },
    ];
    const Entries = requests.map((request, index) => ({ Id: String(index), MessageBody: JSON.stringify(request) }));
    const [, messageId] = await sendAsOneBatch(Entries);
    await client.received(2);
    expect(await kill("local-sumu-pusher-codeless")).toBeGreaterThan(0);
    await client.received(4, 40_000);
    // Each delivery is a new entry in the history: the id is the same, and the cursor is newer.
    const seen = client.frames.map((text) => JSON.parse(text)).map(({ cursor, ...frame }) => JSON.stringify(frame));
    const frame = (id: string | undefined, data: string) => JSON.stringify({ type: "notification", id, data });
    expect(new Set(seen)).toEqual(new Set([frame("order-17", "with an id"), frame(messageId, "without")]));
    expect(new Set(client.frames).size).toBe(client.frames.length);
    expect(new Set(old.frames)).toEqual(new Set(['"with an id"', '"without"']));
    await until("the ghost's row to go", async () => (await session.rows(ghost)).length === 0, 40_000);
  });

  it("leave presence true, with every change of a user once", async () => {
    const users = Array.from({ length: 20 }, (_user, index) => session.user(`user-${index}`));
    const connecting = users.map((user) => session.connect(user));
    await Promise.race(users.map((user) => session.presence(user, 1)));
    expect(await kill("local-sumu-presence")).toBeGreaterThan(0);
    const clients = await Promise.all(connecting);
    await Promise.all(users.map((user) => session.presenceEndsWith(user, "ONLINE")));
    await Promise.all(clients.map((client) => client.close()));
    await Promise.race(users.map((user) => session.presence(user, 2)));
    expect(await kill("local-sumu-presence")).toBeGreaterThan(0);
    for (const user of users) {
      expect(await session.presenceEndsWith(user, "OFFLINE")).toEqual(["ONLINE", "OFFLINE"]);
    }
  });
});
