import type { Transform } from "../terraform/transform";
import type { AdmissionProps } from "./admission";
import type { CapacityProps } from "./capacity-props";
import type { ChannelsProps } from "./channels";
import type { ConnectionProps } from "./connections";
import type { DeliveryProps } from "./delivery";
import type { GuardrailProps } from "./guardrails";
import type { HistoryProps } from "./history";
import type { IdentityProps } from "./identity";
import type { ObservabilityProps } from "./observability";
import type { ProtectionProps } from "./protection";
import type { ReleaseProps } from "./release-props";
import type { TokenProps } from "./tokens";

/**
 * What {@link Sumu} needs: `prefix`, `stageName` and `issuerJwksUri`; all else has a default. Literals are validated at
 * synthesis; tokens (Terraform variables, attributes) pass through.
 */
export interface SumuProps
  extends IdentityProps,
    TokenProps,
    AdmissionProps,
    ConnectionProps,
    HistoryProps,
    ChannelsProps,
    ReleaseProps,
    DeliveryProps,
    ObservabilityProps,
    ProtectionProps,
    CapacityProps,
    GuardrailProps {
  /**
   * Called with every resource and data source of this SUMU and its path below it, as the last before synthesis: for
   * what no prop says. Nothing checks what it changes.
   * @example
   * new Sumu(this, "sumu", {
   *   ...props,
   *   transform: (element, path) => {
   *     if (element instanceof SqsQueue && path === "integration/messages/queue") element.delaySeconds = 5;
   *   },
   * });
   */
  readonly transform?: Transform;
}
