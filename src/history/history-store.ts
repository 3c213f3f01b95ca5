import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import { HISTORY_ENVIRONMENT } from "../contract/environment";
import { HISTORY } from "../contract/history";
import { type Encryption, KEY_IS_AN_INPUT, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { FurtherRights } from "../lambda/further-rights";
import type { OptionalVariable } from "../lambda/optional-environment";
import { NAME_SUFFIXES, physicalName } from "../names";
import { acceptFinding } from "../terraform/accepted-finding";
import { attributeOf } from "../terraform/attribute";
import type { Existence } from "../terraform/existence";
import { text } from "../terraform/text";

export interface HistoryStoreProps {
  readonly prefix: string;
  readonly historySeconds: number;
  readonly encryption: Encryption;
  readonly deletionProtection: boolean | IResolvable;
  /** When the table exists. */
  readonly existence: Existence;
}

/** The notifications that clients can recover after they were away. The pusher writes it, the control function reads it. */
export class HistoryStore extends Construct {
  /** The table, for attributes that this class does not have. */
  readonly table: DynamodbTable;
  private readonly existence: Existence;
  private readonly historySeconds: number;

  constructor(scope: Construct, id: string, props: HistoryStoreProps) {
    super(scope, id);
    this.existence = props.existence;
    this.historySeconds = props.historySeconds;
    this.table = new DynamodbTable(this, "history", {
      count: props.existence.count,
      name: physicalName(props.prefix, NAME_SUFFIXES.history),
      billingMode: "PAY_PER_REQUEST",
      hashKey: HISTORY.stream,
      rangeKey: HISTORY.cursor,
      attribute: [
        { name: HISTORY.stream, type: "S" },
        { name: HISTORY.cursor, type: "S" },
      ],
      ttl: { attributeName: HISTORY.deleteAt, enabled: true },
      pointInTimeRecovery: { enabled: false },
      serverSideEncryption: props.encryption.tableArguments,
      deletionProtectionEnabled: props.deletionProtection,
    });
    acceptFinding(this.table, "CKV_AWS_119", KEY_IS_AN_INPUT);
    acceptFinding(this.table, "CKV_AWS_28", "A backup costs as much as the table, and no client recovers from it.");
  }

  /** The environment variables for a function that writes or reads history. */
  get environment(): readonly OptionalVariable[] {
    const when = this.existence.condition ?? this.existence.exists;
    return [
      { name: HISTORY_ENVIRONMENT.table, value: attributeOf(this.table, "name"), when },
      { name: HISTORY_ENVIRONMENT.seconds, value: text(this.historySeconds), when },
    ];
  }

  /** Lets a function write notifications. */
  get writeRights(): FurtherRights {
    return this.rights("KeepHistory", "dynamodb:BatchWriteItem", WRITE_TABLE_WITH_KEY);
  }

  /** Lets a function read notifications, and keep the leases of connections that recover. */
  get readRights(): FurtherRights {
    const rights = this.rights("ReadHistory", "dynamodb:Query", WRITE_TABLE_WITH_KEY);
    const lease = {
      sid: "RecoverAlone",
      actions: ["dynamodb:UpdateItem"],
      resources: [attributeOf(this.table, "arn")],
    };
    return { ...rights, statements: [...rights.statements, lease] };
  }

  private rights(sid: string, action: string, keyActions: readonly string[]): FurtherRights {
    return {
      name: "history",
      existence: this.existence,
      statements: [{ sid, actions: [action], resources: [attributeOf(this.table, "arn")] }],
      keyUses: [{ sid: "UseKeyOfHistory", actions: keyActions, via: ["dynamodb"] }],
    };
  }
}
