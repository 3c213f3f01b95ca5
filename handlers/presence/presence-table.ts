import { PRESENCE } from "../../src/contract/tables";
import { ConditionalCheckFailedError } from "../aws/aws-error";
import type { AttributeValue, DynamoDb, Item, UpdateItemInput } from "../aws/dynamodb";
import { UnreadableRecordError } from "./presence-record";
import type { PresenceRow } from "./presence-row";
import type { PresenceStore } from "./settle-user";

/** The watchdog's internal attributes, beside the public attributes of the contract. Both N. */
const ANNOUNCED = "announced";
const OFFLINE_SINCE = "offline_since";

/** A row of the presence table does not have the watchdog's format: somebody else wrote it. Delete or repair it. */
export class PresenceRowError extends UnreadableRecordError {
  override readonly name = "PresenceRowError";
  override readonly code = "MALFORMED_ROW";
}

/**
 * The presence table in DynamoDB. Rows are never removed, because only a row distinguishes a change from a repeat of
 * the stream. A row has about 100 bytes, so a million users cost 0.03 USD a month.
 */
export class PresenceTable implements PresenceStore {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
    /** Epoch milliseconds by which a call must end. */
    private readonly deadline: number,
  ) {}

  async read(userId: string): Promise<PresenceRow | undefined> {
    const { Item } = await this.dynamoDb.getItem(
      { TableName: this.tableName, Key: keyOf(userId), ConsistentRead: true },
      { deadline: this.deadline },
    );
    return Item === undefined ? undefined : rowFrom(Item);
  }

  async replace(userId: string, expected: PresenceRow | undefined, next: PresenceRow): Promise<boolean> {
    const names = {
      "#status": PRESENCE.status,
      "#version": PRESENCE.version,
      "#changed_at": PRESENCE.changedAt,
      "#offline_since": OFFLINE_SINCE,
    };
    const values: Record<string, AttributeValue> = {
      ":status": { S: next.status },
      ":version": number(next.version),
      ":changed_at": number(next.changedAt),
    };
    let update = "SET #status = :status, #version = :version, #changed_at = :changed_at";
    if (next.offlineSince === undefined) {
      update += " REMOVE #offline_since";
    } else {
      update += ", #offline_since = :offline_since";
      values[":offline_since"] = number(next.offlineSince);
    }

    let condition = "attribute_not_exists(#version)";
    if (expected !== undefined) {
      condition = "#version = :expected_version AND ";
      values[":expected_version"] = number(expected.version);
      if (expected.offlineSince === undefined) {
        condition += "attribute_not_exists(#offline_since)";
      } else {
        condition += "#offline_since = :expected_offline_since";
        values[":expected_offline_since"] = number(expected.offlineSince);
      }
    }
    return (await this.#update(userId, update, condition, names, values)) !== undefined;
  }

  async markAnnounced(userId: string, version: number): Promise<PresenceRow | undefined> {
    const names = { "#version": PRESENCE.version, "#announced": ANNOUNCED };
    const values = { ":version": number(version) };
    const item = await this.#update(
      userId,
      "SET #announced = :version",
      "#version = :version",
      names,
      values,
      "ALL_NEW",
    );
    return item === undefined ? undefined : rowFrom(item);
  }

  /** The requested attributes, or undefined if the condition is false. */
  async #update(
    userId: string,
    UpdateExpression: string,
    ConditionExpression: string,
    ExpressionAttributeNames: Readonly<Record<string, string>>,
    ExpressionAttributeValues: Item,
    ReturnValues?: UpdateItemInput["ReturnValues"],
  ): Promise<Item | undefined> {
    try {
      const { Attributes = {} } = await this.dynamoDb.updateItem(
        {
          TableName: this.tableName,
          Key: keyOf(userId),
          UpdateExpression,
          ConditionExpression,
          ExpressionAttributeNames,
          ExpressionAttributeValues,
          ReturnValues,
        },
        { deadline: this.deadline },
      );
      return Attributes;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedError) return undefined;
      throw error;
    }
  }
}

function keyOf(userId: string): Item {
  return { [PRESENCE.userId]: { S: userId } };
}

function number(value: number): AttributeValue {
  return { N: String(value) };
}

/** A row without a version has no state of ours: the user counts as never online. */
function rowFrom(item: Item): PresenceRow | undefined {
  if (item[PRESENCE.version] === undefined) return undefined;
  const status = item[PRESENCE.status]?.S;
  if (status !== "ONLINE" && status !== "OFFLINE") {
    throw new PresenceRowError(`a presence row's ${PRESENCE.status} is neither ONLINE nor OFFLINE`);
  }
  return {
    status,
    version: integer(item, PRESENCE.version),
    changedAt: integer(item, PRESENCE.changedAt),
    announced: item[ANNOUNCED] === undefined ? 0 : integer(item, ANNOUNCED),
    offlineSince: item[OFFLINE_SINCE] === undefined ? undefined : integer(item, OFFLINE_SINCE),
  };
}

function integer(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (!Number.isSafeInteger(value)) throw new PresenceRowError(`a presence row's ${name} is not a whole number`);
  return value;
}
