import { randomUUID } from "node:crypto";
import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { CONNECTION_ROW_SECONDS } from "../../src/contract/limits";
import { assertMatches } from "../support/wire-schemas";
import { Client } from "./client";
import { Inbox, subscribeInbox } from "./inbox";
import type { Received } from "./received";
import type { Target } from "./target";
import { until } from "./until";

/** A `PresenceMessage`'s state, as backends see it. */
export type PresenceChange = string;

/** The open clients and queues of one run of the behaviours on its target. */
export class Session {
  readonly #clients = new Set<Client>();

  private constructor(
    readonly target: Target,
    readonly queue: Inbox,
    readonly topic: Inbox,
    private readonly unsubscribe: () => Promise<void>,
  ) {}

  static async open(target: Target): Promise<Session> {
    const { inbox, remove } = await subscribeInbox(target);
    return new Session(target, new Inbox(target.sqs, target.messages.queueUrl), inbox, remove);
  }

  async close(): Promise<void> {
    await this.closeClients();
    await Promise.all([this.queue.stop(), this.unsubscribe()]);
  }

  async closeClients(): Promise<void> {
    for (const client of this.#clients) client.terminate();
    this.#clients.clear();
  }

  /** A name that nobody else uses, because others may use the target too. */
  user(name: string): string {
    return `${name}-${randomUUID()}`;
  }

  async connect(userId: string, protocol?: string): Promise<Client> {
    return this.connectWith(await this.target.mint(userId), protocol);
  }

  async connectWith(token?: string, protocol?: string): Promise<Client> {
    const client = await Client.connect(this.target.websocketUrl, token, protocol);
    this.#clients.add(client);
    return client;
  }

  /** @param notification - a text goes as it is, anything else is a request that matches the schema */
  async notify(via: "topic" | "queue", notification: unknown): Promise<void> {
    const { sns, sqs, notifications } = this.target;
    const text = typeof notification === "string" ? notification : JSON.stringify(notification);
    if (text !== notification) assertRequest(notification);
    await (via === "topic"
      ? sns.send(new PublishCommand({ TopicArn: notifications.topicArn, Message: text }))
      : sqs.send(new SendMessageCommand({ QueueUrl: notifications.queueUrl, MessageBody: text })));
  }

  /** The ids of a user's connections in the table. */
  async rows(userId: string): Promise<string[]> {
    const { Items = [] } = await this.target.dynamodb.send(
      new QueryCommand({
        TableName: this.target.connectionsTableName,
        KeyConditionExpression: "user_id = :user",
        ExpressionAttributeValues: { ":user": { S: userId } },
        ConsistentRead: true,
      }),
    );
    return Items.map(({ connection_id }) => connection_id?.S ?? "");
  }

  /**
   * The id of a closed connection that was really issued: API Gateway refuses any other id before it checks the
   * connection.
   */
  async closedConnectionId(): Promise<string> {
    const user = this.user("closed");
    const client = await this.connect(user);
    const [id = ""] = await this.rows(user);
    await client.close();
    await until("the closed connection's row to go", async () => (await this.rows(user)).length === 0);
    return id;
  }

  /** Writes a row as a lost `$disconnect` would leave it: its socket has been gone for a long time. */
  async putStaleRow(userId: string, connectionId: string, ageMilliseconds: number): Promise<void> {
    const connectedAt = Date.now() - ageMilliseconds;
    await this.target.dynamodb.send(
      new PutItemCommand({
        TableName: this.target.connectionsTableName,
        Item: {
          user_id: { S: userId },
          connection_id: { S: connectionId },
          connected_at: { N: String(connectedAt) },
          delete_at: { N: String(Math.floor(connectedAt / 1_000) + CONNECTION_ROW_SECONDS) },
        },
      }),
    );
  }

  /** Waits for a number of changes of a user's presence and gives all of them by version; a repeated change counts once. */
  async presence(userId: string, count: number): Promise<readonly PresenceChange[]> {
    return changesIn(await this.#presenceInbox.from(userId, "lambda.presence.watchdog", count));
  }

  /** Waits until the changes of each of many users alternate and end with this one, and gives them by user. */
  presenceOfAllEndsWith(
    users: readonly string[],
    status: string,
    deadlineMilliseconds?: number,
  ): Promise<ReadonlyMap<string, readonly PresenceChange[]>> {
    return until(
      `${status} of ${users.length} users`,
      () => {
        const received = new Map(users.map((user) => [user, [] as Received[]]));
        for (const message of this.#presenceInbox.messages) {
          received.get(message.attributes.user_id?.[1] ?? "")?.push(message);
        }
        const changes = new Map([...received].map(([user, messages]) => [user, changesIn(messages)]));
        return [...changes.values()].every((of) => alternate(of) && of.at(-1) === status) && changes;
      },
      deadlineMilliseconds,
    );
  }

  /** Waits until a user's changes alternate and the last is this one, and gives them all. */
  presenceEndsWith(userId: string, status: string): Promise<readonly PresenceChange[]> {
    return until(`${status} to come last`, async () => {
      const changes = await this.presence(userId, 1);
      return alternate(changes) && changes.at(-1) === status && changes;
    });
  }

  get #presenceInbox(): Inbox {
    return this.target.presenceSource === "topic" ? this.topic : this.queue;
  }
}

function changesIn(received: readonly Received[]): readonly PresenceChange[] {
  const changes = new Map<number, PresenceChange>();
  for (const { body, attributes } of received) {
    if (attributes.source?.[1] !== "lambda.presence.watchdog") continue;
    const { status, version } = JSON.parse(body).message;
    changes.set(version, status);
  }
  return [...changes].sort(([one], [other]) => one - other).map(([, status]) => status);
}

/** If a change between two others is missing, two equal states are next to each other. */
const alternate = (changes: readonly PresenceChange[]): boolean =>
  changes.every((status, index) => status === (index % 2 === 0 ? "ONLINE" : "OFFLINE"));

/** @throws Error when the request matches none of the schemas of requests. */
function assertRequest(request: unknown): void {
  const member = ["disconnect", "revoke"].find(
    (name) => typeof request === "object" && Object.hasOwn(request ?? {}, name),
  );
  const isExplicit = typeof request === "object" && Object.hasOwn(request ?? {}, "notification");
  if (member !== undefined) assertMatches(member === "disconnect" ? "disconnect-request" : "revoke-request", request);
  else assertMatches(isExplicit ? "explicit-notification-request" : "notification-request", request);
}
