import type { Construct } from "constructs";
import { HISTORY_ENVIRONMENT } from "../contract/environment";
import { HISTORY } from "../contract/history";
import { KEY_IS_AN_INPUT, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { FurtherRights } from "../lambda/further-rights";
import type { OptionalVariable } from "../lambda/optional-environment";
import { OptionalStore, type OptionalStoreProps } from "../lambda/optional-store";
import { acceptFinding } from "../terraform/accepted-finding";
import { conditionOf } from "../terraform/existence";
import { text } from "../terraform/text";

export interface HistoryStoreProps extends OptionalStoreProps {
  readonly historySeconds: number;
}

/** The notifications that clients can recover after they were away. The pusher writes it, the control function reads it. */
export class HistoryStore extends OptionalStore {
  private readonly historySeconds: number;

  constructor(scope: Construct, id: string, props: HistoryStoreProps) {
    super(scope, id, "history", props, {
      hashKey: HISTORY.stream,
      rangeKey: HISTORY.cursor,
      attribute: [
        { name: HISTORY.stream, type: "S" },
        { name: HISTORY.cursor, type: "S" },
      ],
      ttl: { attributeName: HISTORY.deleteAt, enabled: true },
      pointInTimeRecovery: { enabled: false },
    });
    this.historySeconds = props.historySeconds;
    acceptFinding(this.table, "CKV_AWS_119", KEY_IS_AN_INPUT);
    acceptFinding(this.table, "CKV_AWS_28", "A backup costs as much as the table, and no client recovers from it.");
  }

  /** The environment variables for a function that writes or reads history. */
  get settings(): readonly OptionalVariable[] {
    const seconds = text(this.historySeconds);
    return [
      ...this.environment(HISTORY_ENVIRONMENT.table),
      { name: HISTORY_ENVIRONMENT.seconds, value: seconds, when: conditionOf(this.existence) },
    ];
  }

  /** Lets a function write notifications. */
  get writeRights(): FurtherRights {
    const { arn } = this;
    return this.rights(
      [{ sid: "KeepHistory", actions: ["dynamodb:BatchWriteItem"], resources: [arn] }],
      WRITE_TABLE_WITH_KEY,
    );
  }

  /** Lets a function read notifications, and keep the leases of connections that recover. */
  get readRights(): FurtherRights {
    const { arn } = this;
    return this.rights(
      [
        { sid: "ReadHistory", actions: ["dynamodb:Query"], resources: [arn] },
        { sid: "RecoverAlone", actions: ["dynamodb:UpdateItem"], resources: [arn] },
      ],
      WRITE_TABLE_WITH_KEY,
    );
  }
}
