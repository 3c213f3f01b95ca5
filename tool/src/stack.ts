import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { PUSHER_ENVIRONMENT } from "../../src/contract/pusher-handler";
import { type NameSuffix, physicalName } from "../../src/names";
import { nameMissingRight } from "./aws/name-missing-right";
import { type FunctionState, readFunction } from "./aws/read-function";
import { type QueueState, readQueue } from "./aws/read-queue";
import type { Target } from "./target";
import { ToolError } from "./tool-error";

export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
}

/** A handler's function. A delivery pipeline releases its own function beside the module's. */
export type StackFunction = "authorizer" | "pusher" | "presence" | "control";

const FUNCTION_NAMES: Readonly<Record<StackFunction, readonly NameSuffix[]>> = {
  authorizer: ["authorizer-released", "authorizer-codeless"],
  pusher: ["pusher-released", "pusher-codeless"],
  presence: ["presence"],
  control: ["control"],
};

/** A SUMU that exists, with what the tool has read of it. Nothing here writes. */
export class Stack {
  readonly clients: Clients;
  readonly #functions = new Map<StackFunction, Promise<FunctionState | undefined>>();

  constructor(
    readonly target: Target,
    readonly now: () => number = Date.now,
  ) {
    const { region, endpoint, credentials } = target;
    const config = { ...(region && { region }), ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
    this.clients = {
      dynamodb: nameMissingRight(new DynamoDBClient(config), "dynamodb"),
      lambda: nameMissingRight(new LambdaClient(config), "lambda"),
      logs: nameMissingRight(new CloudWatchLogsClient(config), "logs"),
      sns: nameMissingRight(new SNSClient(config), "sns"),
      sqs: nameMissingRight(new SQSClient(config), "sqs"),
    };
  }

  /** Its AWS name: `<prefix>-sumu-<suffix>`. */
  name(suffix: NameSuffix): string {
    return physicalName(this.target.prefix, suffix);
  }

  /** A name that AWS has, without the prefix. */
  shortName(name: string): string {
    const [start, rest] = [physicalName(this.target.prefix), name.split("/").at(-1) ?? name];
    return rest.startsWith(`${start}-`) ? rest.slice(start.length + 1) : rest;
  }

  /** Undefined if there is no such queue. */
  queue(suffix: NameSuffix): Promise<QueueState | undefined> {
    return readQueue(this.clients.sqs, this.name(suffix));
  }

  /** @throws ToolError if there is no such queue */
  async requireQueue(suffix: NameSuffix): Promise<QueueState> {
    const queue = await this.queue(suffix);
    if (queue !== undefined) return queue;
    throw new ToolError(
      `there is no queue ${this.name(suffix)} in ${await this.region()}: check --prefix, the region and the account`,
    );
  }

  /** The release of a handler that callers invoke. Undefined if the stack has no such function. */
  async function(handler: StackFunction): Promise<FunctionState | undefined> {
    const known = this.#functions.get(handler) ?? this.#findFunction(handler);
    this.#functions.set(handler, known);
    return known;
  }

  /** @throws ToolError if there is no such function */
  async requireFunction(handler: StackFunction): Promise<FunctionState> {
    const state = await this.function(handler);
    if (state !== undefined) return state;
    const names = FUNCTION_NAMES[handler].map((suffix) => this.name(suffix)).join(" and no function ");
    throw new ToolError(`there is no function ${names}: check --prefix, the region and the account`);
  }

  /** The name of the connections table. */
  async connectionsTable(): Promise<string> {
    const { connectionsTable } = this.target;
    if (connectionsTable !== undefined) return connectionsTable;
    const pusher = await this.requireFunction("pusher");
    return pusher.environment[PUSHER_ENVIRONMENT.connectionsTable] ?? this.name("connections");
  }

  /** A topic has the same place as a queue. */
  async topicArn(suffix: NameSuffix): Promise<string> {
    const { arn } = await this.requireQueue(suffix);
    return arn.replace(":sqs:", ":sns:");
  }

  /**
   * Finds region and credentials once, before a command asks for many things.
   *
   * @throws ToolError if there is no region; CredentialsProviderError if there are no credentials
   */
  async checkAccess(): Promise<void> {
    const { region, credentials } = this.clients.sqs.config;
    await region().catch(() => {
      throw new ToolError("there is no region: set AWS_REGION, or give --region");
    });
    await credentials();
  }

  /** @throws ToolError if nothing at all has the prefix's names: a check of each part would only repeat that */
  async checkExistence(): Promise<void> {
    // Without the rights to look, the checks say which are missing.
    const parts = [this.queue("integration-notifications"), this.function("authorizer")];
    const found = await Promise.all(parts.map((part: Promise<unknown>) => part.catch(() => "unknown")));
    if (found.some((part) => part !== undefined)) return;
    const { prefix } = this.target;
    throw new ToolError(
      `there is no SUMU with the prefix ${prefix} in ${await this.region()}: check --prefix, the region and the account`,
    );
  }

  region(): Promise<string> {
    return this.clients.sqs.config.region();
  }

  destroy(): void {
    for (const client of Object.values(this.clients)) client.destroy();
  }

  async #findFunction(handler: StackFunction): Promise<FunctionState | undefined> {
    for (const suffix of FUNCTION_NAMES[handler]) {
      const state = await readFunction(this.clients.lambda, this.name(suffix));
      if (state !== undefined) return state;
    }
    return undefined;
  }
}
