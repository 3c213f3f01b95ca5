import { ADMISSION_INPUTS } from "./admission";
import { CAPACITY_INPUTS } from "./capacity";
import { CHANNEL_INPUTS } from "./channels";
import { CONNECTION_INPUTS } from "./connections";
import { DELIVERY_INPUTS } from "./delivery";
import { GUARDRAIL_INPUTS } from "./guardrails";
import { HISTORY_INPUTS } from "./history";
import { IDENTITY_INPUTS } from "./identity";
import type { Inputs } from "./input";
import { OBSERVABILITY_INPUTS } from "./observability";
import { PROTECTION_INPUTS } from "./protection";
import { RELEASE_INPUTS } from "./releases";
import type { SumuProps } from "./sumu-props";
import { TOKEN_INPUTS } from "./tokens";

/**
 * Every input of a SUMU, a row each. From it derive the defaults and checks of the props, the module's variables, the
 * props that read them, and the samples of the tests.
 */
export const INPUTS = {
  ...IDENTITY_INPUTS,
  ...TOKEN_INPUTS,
  ...ADMISSION_INPUTS,
  ...CONNECTION_INPUTS,
  ...HISTORY_INPUTS,
  ...CHANNEL_INPUTS,
  ...RELEASE_INPUTS,
  ...DELIVERY_INPUTS,
  ...OBSERVABILITY_INPUTS,
  ...PROTECTION_INPUTS,
  ...CAPACITY_INPUTS,
  ...GUARDRAIL_INPUTS,
} as const satisfies Inputs<Omit<SumuProps, "transform">>;
