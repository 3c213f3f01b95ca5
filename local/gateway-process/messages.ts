import type { Fault, Limits } from "../../emulator/gateway/start-gateway";
import type { AppliedState } from "../../terraform-json/apply";
import type { AwsAccess } from "../backend/aws";

/** The data that the gateway's process gets at its start. It is plain JSON, because it crosses between processes. */
export interface GatewayProcessConfig {
  /** The synthesized stack, and the values that its expressions refer to. */
  readonly json: object;
  readonly state: AppliedState;
  readonly aws: AwsAccess;
  /**
   * Whether the local AWS enforces IAM. If so, integrations are called with the credentials of the roles that they
   * name.
   */
  readonly enforces: boolean;
  readonly host: string;
  readonly port: number;
  readonly limits: Partial<Limits>;
}

/** The messages from the gateway's process. */
export type GatewayProcessReport =
  | { readonly kind: "ready"; readonly url: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "access"; readonly line: string }
  | { readonly kind: "fault"; readonly fault: Fault };
