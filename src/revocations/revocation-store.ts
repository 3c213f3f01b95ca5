import type { Construct } from "constructs";
import { REVOCATION } from "../contract/tables";
import { READ_TABLE_WITH_KEY, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { FurtherRights } from "../lambda/further-rights";
import { OptionalStore, type OptionalStoreProps } from "../lambda/optional-store";

/** The revoked tokens: one row for each user whose tokens the backend has revoked. */
export class RevocationStore extends OptionalStore {
  constructor(scope: Construct, id: string, props: OptionalStoreProps) {
    super(scope, id, "revocations", props, {
      hashKey: REVOCATION.userId,
      attribute: [{ name: REVOCATION.userId, type: "S" }],
      ttl: { attributeName: REVOCATION.deleteAt, enabled: true },
      pointInTimeRecovery: { enabled: true },
    });
  }

  /** Lets a function read one user's row. */
  get readRights(): FurtherRights {
    const { arn } = this;
    return this.rights(
      [{ sid: "FindRevocation", actions: ["dynamodb:GetItem"], resources: [arn] }],
      READ_TABLE_WITH_KEY,
    );
  }

  /** Lets a function write one user's revocation. The function uses an update that never decreases the time. */
  get writeRights(): FurtherRights {
    const { arn } = this;
    return this.rights([{ sid: "Revoke", actions: ["dynamodb:UpdateItem"], resources: [arn] }], WRITE_TABLE_WITH_KEY);
  }
}
