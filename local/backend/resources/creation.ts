import type { ValueObject } from "../../../terraform-json/value";
import type { Arguments } from "../arguments";
import type { AwsClients } from "../aws";

/** The result of creating a resource in the emulator. */
export interface Created {
  /** The attributes that other resources may refer to. */
  readonly attributes: ValueObject;
  /** Removes the resource again, for an emulator that keeps running. */
  readonly remove?: () => Promise<unknown>;
}

/** Creates one resource of a type. It reads every argument that it applies, and leaves out the others by name. */
export type CreateResource = (args: Arguments, aws: AwsClients) => Promise<Created>;

/** The reason why tags and similar arguments are left out everywhere. */
export const NOT_NEEDED_LOCALLY = "names, bills and audits are for a real account";
export const ENCRYPTION_IS_AWS = "the emulator stores in plain text, whatever it is told";
