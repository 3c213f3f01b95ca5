import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import { REVOCATION } from "../contract/tables";
import { type Encryption, READ_TABLE_WITH_KEY, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { FurtherRights } from "../lambda/further-rights";
import type { OptionalVariable } from "../lambda/optional-environment";
import { NAME_SUFFIXES, physicalName } from "../names";
import { attributeOf } from "../terraform/attribute";
import type { Existence } from "../terraform/existence";

export interface RevocationStoreProps {
  readonly prefix: string;
  readonly encryption: Encryption;
  readonly deletionProtection: boolean | IResolvable;
  /** When the table exists. */
  readonly existence: Existence;
}

/** The revoked tokens: one row for each user whose tokens the backend has revoked. */
export class RevocationStore extends Construct {
  /** The table, for attributes that this class does not have. */
  readonly table: DynamodbTable;
  private readonly existence: Existence;

  constructor(scope: Construct, id: string, props: RevocationStoreProps) {
    super(scope, id);
    this.existence = props.existence;
    this.table = new DynamodbTable(this, "revocations", {
      count: props.existence.count,
      name: physicalName(props.prefix, NAME_SUFFIXES.revocations),
      billingMode: "PAY_PER_REQUEST",
      hashKey: REVOCATION.userId,
      attribute: [{ name: REVOCATION.userId, type: "S" }],
      ttl: { attributeName: REVOCATION.deleteAt, enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: props.encryption.tableArguments,
      deletionProtectionEnabled: props.deletionProtection,
    });
  }

  /** The environment variable with the table's name, for a function that exists with the table. */
  environment(name: string): readonly OptionalVariable[] {
    const { condition, exists } = this.existence;
    return [{ name, value: attributeOf(this.table, "name"), when: condition ?? exists }];
  }

  /** Lets a function read one user's row. */
  get readRights(): FurtherRights {
    return this.rights("FindRevocation", "dynamodb:GetItem", READ_TABLE_WITH_KEY);
  }

  /** Lets a function write one user's revocation. The function uses an update that never decreases the time. */
  get writeRights(): FurtherRights {
    return this.rights("Revoke", "dynamodb:UpdateItem", WRITE_TABLE_WITH_KEY);
  }

  private rights(sid: string, action: string, keyActions: readonly string[]): FurtherRights {
    return {
      name: "revocations",
      existence: this.existence,
      statements: [{ sid, actions: [action], resources: [attributeOf(this.table, "arn")] }],
      keyUses: [{ sid: "UseKeyOfRevocations", actions: keyActions, via: ["dynamodb"] }],
    };
  }
}
