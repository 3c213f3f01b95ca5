import { randomUUID } from "node:crypto";
import type { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { AwsClient } from "./aws-client";
import { Batch, type DisconnectOptions, RequestBuilder, type RevokeOptions } from "./batch";
import { checkNamedUsers, checkUserIds, type OneOrMore } from "./check";
import { type Clock, SYSTEM_CLOCK } from "./clock";
import { ConfigurationError, InvalidInputError } from "./errors";
import { logError, type MessageHandler } from "./handle-once";
import { type PresenceState, readIsOnline, readPresence } from "./presence";
import { readConnections } from "./read-connections";
import { type ReceiveOptions, receiveMessages } from "./receive-messages";
import type { NotifyOptions, SumuRequest } from "./requests";
import { sendRequests } from "./send-requests";
import { requireSetting, type Settings, settingsFromEnvironment, settingsFromOutputs } from "./settings";
import { Stream, type StreamOptions } from "./stream";

/** A stream posts each frame to each connection: a larger audience has channels. */
const MAX_STREAM_USERS = 100;

const CLIENT_KINDS = {
  sqs: "an SQSClient",
  dynamodb: "a DynamoDBClient",
  connections: "an ApiGatewayManagementApiClient",
} as const;

/** The clients of AWS, which stay yours: their region, credentials and retries are used, and nothing closes them. */
export interface Clients {
  readonly sqs: Pick<SQSClient, "send">;
  /** A `DynamoDBClient`, for {@link SumuBackend.isOnline}, {@link SumuBackend.presence} and {@link SumuBackend.stream}. */
  readonly dynamodb?: AwsClient;
  /**
   * An `ApiGatewayManagementApiClient`, for {@link SumuBackend.stream}: its `endpoint` is the WebSocket API's address with
   * `https`.
   */
  readonly connections?: AwsClient;
}

/** A backend's view of a SUMU. */
export class SumuBackend {
  readonly #settings: Settings;
  readonly #clients: Clients;
  readonly #clock: Clock;
  readonly #builder: RequestBuilder;

  /**
   * @param settings - where the SUMU is
   * @param clients - the clients of AWS
   * @param chance - for tests: time, and new ids
   */
  constructor(
    settings: Settings,
    clients: Clients,
    { clock = SYSTEM_CLOCK, newId = randomUUID }: { readonly clock?: Clock; readonly newId?: () => string } = {},
  ) {
    this.#settings = settings;
    this.#clients = clients;
    this.#clock = clock;
    this.#builder = new RequestBuilder(() => Math.floor(clock.now() / 1_000), newId);
  }

  /**
   * The SUMU of `terraform output -json`, as text or parsed.
   *
   * @throws ConfigurationError when no SUMU is in it
   */
  static fromOutputs(outputs: unknown, clients: Clients): SumuBackend {
    return new SumuBackend(settingsFromOutputs(outputs), clients);
  }

  /**
   * The SUMU of the environment variables NOTIFICATIONS_QUEUE_URL, MESSAGES_QUEUE_URL, PRESENCE_TABLE_NAME and
   * CONNECTIONS_TABLE_NAME. Set those that your backend needs.
   *
   * @throws ConfigurationError when none is set
   */
  static fromEnvironment(
    clients: Clients,
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ): SumuBackend {
    return new SumuBackend(settingsFromEnvironment(environment), clients);
  }

  /**
   * Notifies users on all their devices.
   *
   * @param users - one or more; a long list is split into several requests
   * @param data - any JSON, at most 127.5 KB
   * @returns the notification's id
   * @throws InvalidInputError, and nothing is sent: no user, or a value that SUMU would refuse
   * @throws UnsentError with what the queue has not taken
   */
  async notify(users: OneOrMore, data: unknown, options?: NotifyOptions): Promise<string> {
    return this.#sendNotification(this.#builder.notify(users, data, options));
  }

  /** Notifies the subscribers of channels. Needs the input `channels`. @see {@link notify} */
  async notifyChannel(channels: OneOrMore, data: unknown, options?: NotifyOptions): Promise<string> {
    return this.#sendNotification(this.#builder.notifyChannel(channels, data, options));
  }

  /** Notifies every open connection. @see {@link notify} */
  async notifyEveryone(data: unknown, options?: NotifyOptions): Promise<string> {
    return this.#sendNotification(this.#builder.notifyEveryone(data, options));
  }

  /** Closes the connections of users. To keep the users out, {@link revoke} their tokens. */
  async disconnect(users: OneOrMore, options?: DisconnectOptions): Promise<void> {
    await this.send(this.#builder.disconnect(users, options));
  }

  /** Makes SUMU refuse older tokens of users, and closes their connections. Needs the input `revocations`. */
  async revoke(users: OneOrMore, options?: RevokeOptions): Promise<void> {
    await this.send(this.#builder.revoke(users, options));
  }

  /** Collects requests that are sent together, ten in a call. */
  batch(): Batch {
    return new Batch(this.#builder, (requests) => this.send(requests));
  }

  /**
   * Sends requests, for example those of an {@link UnsentError} again.
   *
   * @throws UnsentError with what the queue has not taken
   */
  async send(requests: readonly SumuRequest[]): Promise<void> {
    const queueUrl = requireSetting(this.#settings, "notificationsQueueUrl", "sending");
    await sendRequests(this.#client("sqs", "sending"), queueUrl, requests, this.#clock);
  }

  /** Whether a user has an open connection. */
  async isOnline(user: string): Promise<boolean> {
    const table = requireSetting(this.#settings, "presenceTableName", "isOnline");
    const [userId = ""] = checkUserIds(user, "user");
    return readIsOnline(this.#client("dynamodb", "isOnline"), table, userId);
  }

  /**
   * Everyone who is online; with `includeOffline`, everyone who was ever connected. It reads the whole presence table, page by page.
   */
  presence({ includeOffline = false }: { readonly includeOffline?: boolean } = {}): AsyncGenerator<PresenceState> {
    const table = requireSetting(this.#settings, "presenceTableName", "presence");
    return readPresence(this.#client("dynamodb", "presence"), table, includeOffline);
  }

  /**
   * Receives the clients' messages, and changes of presence, until `signal` ends it. A handled message is deleted. If the
   * handler throws, the message comes again after 30 seconds, and after five receives it goes to the dead-letter queue.
   * A repeat is not handled again by this process. In a Lambda function, use {@link messagesHandler}.
   */
  async messages(handler: MessageHandler, options: ReceiveOptions = {}): Promise<void> {
    const queueUrl = options.queueUrl ?? requireSetting(this.#settings, "messagesQueueUrl", "messages");
    await receiveMessages(this.#client("sqs", "messages"), queueUrl, handler, options, this.#clock);
  }

  /**
   * Begins a text that is produced piece by piece, for the connections that the users have now. The whole text goes
   * through the queue at the end.
   *
   * @example
   * await sumu.stream("alice", { id: "answer-17" }).send(pieces);
   */
  stream(users: OneOrMore, options: StreamOptions = {}): Stream {
    const named = checkNamedUsers(users);
    if (named.length > MAX_STREAM_USERS) {
      throw new InvalidInputError(
        "too_many_users",
        `a stream is for at most ${MAX_STREAM_USERS} users: send the whole text with notify or notifyChannel`,
      );
    }
    const table = requireSetting(this.#settings, "connectionsTableName", "stream");
    requireSetting(this.#settings, "notificationsQueueUrl", "stream");
    const dynamodb = this.#client("dynamodb", "stream");
    const connections = this.#client("connections", "stream");
    const { id = randomUUID(), data = {}, frameMilliseconds = 50, onError = logError, keep } = options;
    return new Stream(
      { id, data, frameMilliseconds, onError },
      {
        clock: this.#clock,
        connections: () => readConnections(dynamodb, table, named, this.#clock.now() / 1_000),
        post: async (ConnectionId, frame) => {
          const { PostToConnectionCommand } = await import("@aws-sdk/client-apigatewaymanagementapi");
          await (connections as ApiGatewayManagementApiClient).send(
            new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(frame) }),
          );
        },
        notify: (whole) => this.notify(named, whole, { id, keep }),
      },
    );
  }

  async #sendNotification(requests: readonly SumuRequest[]): Promise<string> {
    await this.send(requests);
    return requests[0]?.name ?? "";
  }

  /** A client that a method needs. In JavaScript, no compiler says that one is missing. */
  #client<Name extends keyof Clients>(name: Name, user: string): NonNullable<Clients[Name]> {
    const client = this.#clients?.[name];
    if (client) return client;
    throw new ConfigurationError("client_missing", `${user} needs ${CLIENT_KINDS[name]}: give it as ${name}`);
  }
}
