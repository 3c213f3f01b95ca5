import type { Fault, Limits } from "../../emulator/gateway/start-gateway";
import type { AppliedState } from "../../terraform-json/apply";
import type { AwsAccess } from "../backend/aws";

/** What the gateway's process is told when it starts. Plain JSON: it crosses between processes. */
export interface GatewayProcessConfig {
  /** The synthesized stack, and what its expressions refer to. */
  readonly json: object;
  readonly state: AppliedState;
  readonly aws: AwsAccess;
  /** Whether the local AWS enforces IAM: integrations are called with the credentials of the roles that they name. */
  readonly enforces: boolean;
  readonly host: string;
  readonly port: number;
  readonly limits: Partial<Limits>;
}

/** What the gateway's process tells. */
export type GatewayProcessReport =
  | { readonly kind: "ready"; readonly url: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "access"; readonly line: string }
  | { readonly kind: "fault"; readonly fault: Fault };
