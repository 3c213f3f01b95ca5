import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import { CONNECTION } from "../contract/tables";
import { type Encryption, KEY_IS_AN_INPUT } from "../encryption/encryption";
import { acceptFinding } from "../terraform/accepted-finding";

/** What an event source mapping needs to follow a table's stream. AWS was seen to poll without `dynamodb:ListStreams`. */
export const FOLLOW_STREAM = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

export interface ConnectionStoreProps {
  readonly tableName: string;
  readonly encryption: Encryption;
  readonly deletionProtection: boolean | IResolvable;
}

/**
 * Who is connected: a row for each open WebSocket, removed by `$disconnect`, by the pusher when the connection proves
 * gone, or at last by DynamoDB's TTL. The stream (keys only) is public: applications may follow it.
 */
export class ConnectionStore extends Construct {
  /** The table, for what the attributes here do not say. */
  readonly table: DynamodbTable;

  constructor(scope: Construct, id: string, props: ConnectionStoreProps) {
    super(scope, id);
    this.table = new DynamodbTable(this, "connections", {
      name: props.tableName,
      billingMode: "PAY_PER_REQUEST",
      hashKey: CONNECTION.userId,
      rangeKey: CONNECTION.connectionId,
      attribute: [
        { name: CONNECTION.userId, type: "S" },
        { name: CONNECTION.connectionId, type: "S" },
      ],
      ttl: { attributeName: CONNECTION.deleteAt, enabled: true },
      streamEnabled: true,
      streamViewType: "KEYS_ONLY",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: props.encryption.tableArguments,
      deletionProtectionEnabled: props.deletionProtection,
    });
    acceptFinding(this.table, "CKV_AWS_119", KEY_IS_AN_INPUT);
  }

  /** As the SDKs want it. */
  get tableName(): string {
    return this.table.name;
  }

  /** As a policy wants it. */
  get tableArn(): string {
    return this.table.arn;
  }

  /** Keys only. */
  get streamArn(): string {
    return this.table.streamArn;
  }
}
