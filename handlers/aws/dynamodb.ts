import { isJsonObject } from "../shared/json-object";
import { AwsError, ConditionalCheckFailedError } from "./aws-error";
import { type AwsOptions, AwsService, type CallOptions } from "./aws-service";
import { jsonReader } from "./json-reader";

/** A value in DynamoDB's JSON: one key, the type. Numbers are text. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly SS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
}

export type Item = { readonly [attribute: string]: AttributeValue };

interface Expressions {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

interface ReadInput extends Expressions {
  readonly TableName: string;
  /** @default false */
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
  readonly FilterExpression?: string;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly Select?: "COUNT";
}

export interface QueryInput extends ReadInput {
  readonly KeyConditionExpression: string;
  /** @default - the table itself */
  readonly IndexName?: string;
}

export interface ScanInput extends ReadInput {
  /** One of `TotalSegments` parts of the table, from 0. */
  readonly Segment?: number;
  readonly TotalSegments?: number;
}

export interface Page {
  /** Absent with `Select: "COUNT"`. */
  readonly Items?: readonly Item[];
  readonly Count: number;
  /** Absent on the last page. */
  readonly LastEvaluatedKey?: Item;
}

export interface GetItemInput {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

interface WriteInput extends Expressions {
  readonly TableName: string;
  readonly ConditionExpression?: string;
  /** Which version of the item is returned: before or after the write. */
  readonly ReturnValues?: "NONE" | "ALL_OLD" | "ALL_NEW" | "UPDATED_OLD" | "UPDATED_NEW";
}

export interface DeleteItemInput extends WriteInput {
  readonly Key: Item;
}

export interface UpdateItemInput extends WriteInput {
  readonly Key: Item;
  readonly UpdateExpression: string;
}

export interface WriteOutput {
  /** As `ReturnValues` asks. */
  readonly Attributes?: Item;
}

/**
 * DynamoDB over its JSON protocol, with the inputs and outputs of its API reference. Throttling, 5xx and lost answers
 * are retried as {@link AwsService} says.
 *
 * Every call throws {@link AwsError}; a conditional write whose condition does not hold throws
 * {@link ConditionalCheckFailedError}.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export class DynamoDb {
  readonly #service: AwsService;

  constructor(options?: AwsOptions) {
    this.#service = new AwsService("dynamodb", options);
  }

  /** One page: follow `LastEvaluatedKey`. */
  query(input: QueryInput, options?: CallOptions): Promise<Page> {
    return this.#call("Query", input, isPage, options);
  }

  /** One page: follow `LastEvaluatedKey`. */
  scan(input: ScanInput, options?: CallOptions): Promise<Page> {
    return this.#call("Scan", input, isPage, options);
  }

  getItem(input: GetItemInput, options?: CallOptions): Promise<{ readonly Item?: Item }> {
    return this.#call("GetItem", input, isGetItemOutput, options);
  }

  updateItem(input: UpdateItemInput, options?: CallOptions): Promise<WriteOutput> {
    return this.#call("UpdateItem", input, isWriteOutput, options);
  }

  deleteItem(input: DeleteItemInput, options?: CallOptions): Promise<WriteOutput> {
    return this.#call("DeleteItem", input, isWriteOutput, options);
  }

  /**
   * Puts up to 25 items (BatchWriteItem). Items that DynamoDB has not processed are sent again until the deadline.
   *
   * @returns the items that were not written, and why: a stable code. None if all were written.
   */
  async putItems(
    tableName: string,
    items: readonly Item[],
    options: CallOptions & { readonly deadline: number },
  ): Promise<{ readonly unwritten: readonly Item[]; readonly code: string }> {
    let unwritten = items;
    for (let tries = 1; ; tries++) {
      const RequestItems = { [tableName]: unwritten.map((Item) => ({ PutRequest: { Item } })) };
      const { UnprocessedItems = {} } = await this.#call("BatchWriteItem", { RequestItems }, isBatchOutput, options);
      unwritten = (UnprocessedItems[tableName] ?? []).map(({ PutRequest: { Item } }) => Item);
      if (unwritten.length === 0 || !(await this.#service.pause(tries, options.deadline))) {
        return { unwritten, code: "UnprocessedItems" };
      }
    }
  }

  /** Ends the kept connections. */
  close(): void {
    this.#service.close();
  }

  async #call<Output>(
    operation: string,
    input: object,
    isOutput: (value: unknown) => value is Output,
    options?: CallOptions,
  ): Promise<Output> {
    try {
      return await this.#service.call(
        {
          operation,
          headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` },
          body: JSON.stringify(input),
          read: jsonReader(isOutput),
        },
        options,
      );
    } catch (error) {
      if (error instanceof AwsError && error.code === "ConditionalCheckFailedException") {
        throw new ConditionalCheckFailedError(
          error.service,
          operation,
          error.code,
          error.statusCode,
          error.requestId,
          error,
        );
      }
      throw error;
    }
  }
}

function isPage(value: unknown): value is Page {
  if (!isJsonObject(value)) return false;
  const { Items, Count, LastEvaluatedKey } = value;
  return (
    typeof Count === "number" &&
    (Items === undefined || (Array.isArray(Items) && Items.every(isItem))) &&
    (LastEvaluatedKey === undefined || isItem(LastEvaluatedKey))
  );
}

function isGetItemOutput(value: unknown): value is { readonly Item?: Item } {
  return isJsonObject(value) && (value.Item === undefined || isItem(value.Item));
}

interface BatchOutput {
  readonly UnprocessedItems?: Readonly<Record<string, readonly { readonly PutRequest: { readonly Item: Item } }[]>>;
}

function isBatchOutput(value: unknown): value is BatchOutput {
  if (!isJsonObject(value)) return false;
  const { UnprocessedItems = {} } = value;
  return isJsonObject(UnprocessedItems) && Object.values(UnprocessedItems).every(isListOfPuts);
}

function isListOfPuts(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((put: unknown) => isJsonObject(put) && isJsonObject(put.PutRequest) && isItem(put.PutRequest.Item))
  );
}

function isWriteOutput(value: unknown): value is WriteOutput {
  return isJsonObject(value) && (value.Attributes === undefined || isItem(value.Attributes));
}

/** It checks the members that every item has, but not each attribute's type: a page has thousands of attributes. */
function isItem(value: unknown): value is Item {
  return isJsonObject(value) && Object.values(value).every(isJsonObject);
}
