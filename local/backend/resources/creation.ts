import type { ValueObject } from "../../../terraform-json/value";
import type { Arguments } from "../arguments";
import type { AwsClients } from "../aws";

/** What a resource has become in the emulator. */
export interface Created {
  /** What other resources may refer to. */
  readonly attributes: ValueObject;
  /** Takes it away again, for an emulator that lives on. */
  readonly remove?: () => Promise<unknown>;
}

/** Creates one resource of a type; reads every argument that it applies and leaves out by name those that it cannot. */
export type CreateResource = (args: Arguments, aws: AwsClients) => Promise<Created>;

/** Why tags and the like are left out everywhere. */
export const NOT_NEEDED_LOCALLY = "names, bills and audits are for a real account";
export const ENCRYPTION_IS_AWS = "the emulator stores in plain text, whatever it is told";
