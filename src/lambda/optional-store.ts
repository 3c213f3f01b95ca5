import { DynamodbTable, type DynamodbTableConfig } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import type { Encryption } from "../encryption/encryption";
import { NAME_SUFFIXES, physicalName } from "../names";
import { attributeOf } from "../terraform/attribute";
import { conditionOf, type Existence } from "../terraform/existence";
import type { FurtherRights } from "./further-rights";
import type { OptionalVariable } from "./optional-environment";

export interface OptionalStoreProps {
  readonly prefix: string;
  readonly encryption: Encryption;
  readonly deletionProtection: boolean | IResolvable;
  /** When the table exists. */
  readonly existence: Existence;
}

/** What a table has of its own. */
type TableDesign = Pick<
  DynamodbTableConfig,
  "hashKey" | "rangeKey" | "attribute" | "globalSecondaryIndex" | "ttl" | "pointInTimeRecovery"
>;

/** A table that exists only with an input, and what its functions need to use it. */
export abstract class OptionalStore extends Construct {
  /** The table, for attributes that this class does not have. */
  readonly table: DynamodbTable;
  /** When the table exists. */
  readonly existence: Existence;

  /** @param store - the table's id, the end of its name, and a part of the names of rights */
  protected constructor(
    scope: Construct,
    id: string,
    private readonly store: "revocations" | "history" | "subscriptions",
    { prefix, encryption, deletionProtection, existence }: OptionalStoreProps,
    design: TableDesign,
  ) {
    super(scope, id);
    this.existence = existence;
    this.table = new DynamodbTable(this, store, {
      ...design,
      count: existence.count,
      name: physicalName(prefix, NAME_SUFFIXES[store]),
      billingMode: "PAY_PER_REQUEST",
      serverSideEncryption: encryption.tableArguments,
      deletionProtectionEnabled: deletionProtection,
    });
  }

  /** The environment variable with the table's name, for a function that exists with the table. */
  environment(name: string): readonly OptionalVariable[] {
    return [{ name, value: attributeOf(this.table, "name"), when: conditionOf(this.existence) }];
  }

  protected get arn(): string {
    return attributeOf(this.table, "arn");
  }

  /** @param keyActions - what the function may do with the key that encrypts the table */
  protected rights(statements: FurtherRights["statements"], keyActions: readonly string[]): FurtherRights {
    const sid = `UseKeyOf${this.store.charAt(0).toUpperCase()}${this.store.slice(1)}`;
    return {
      name: this.store,
      existence: this.existence,
      statements,
      keyUses: [{ sid, actions: keyActions, via: ["dynamodb"] }],
    };
  }
}
