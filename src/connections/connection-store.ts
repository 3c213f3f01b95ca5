import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import { CONNECTION } from "../contract/tables";
import { type Encryption, KEY_IS_AN_INPUT } from "../encryption/encryption";
import { acceptFinding } from "../terraform/accepted-finding";

/**
 * The rights that an event source mapping needs to read a table's stream. AWS polled in a test without
 * `dynamodb:ListStreams`.
 */
export const FOLLOW_STREAM = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

export interface ConnectionStoreProps {
  readonly tableName: string;
  readonly encryption: Encryption;
  readonly deletionProtection: boolean | IResolvable;
}

/**
 * The open WebSockets, one row each. `$disconnect` removes the row, or the pusher if the connection is gone, or finally
 * DynamoDB's TTL. The stream (keys only) is public: applications may read it.
 */
export class ConnectionStore extends Construct {
  /** The table, for attributes that this class does not have. */
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

  /** The table's name, as the SDKs need it. */
  get tableName(): string {
    return this.table.name;
  }

  /** The table's ARN, as a policy needs it. */
  get tableArn(): string {
    return this.table.arn;
  }

  /** The stream's ARN. The stream has keys only. */
  get streamArn(): string {
    return this.table.streamArn;
  }
}
