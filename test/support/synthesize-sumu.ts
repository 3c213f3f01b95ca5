import type { TerraformStack } from "cdktf";
import type { SumuProps } from "../../src/inputs/sumu-props";
import { Sumu } from "../../src/sumu";
import { type SynthesizedStack, synthesize } from "./synthesize";

/** The props that every SUMU needs. */
export const FEWEST: SumuProps = {
  prefix: "shop",
  stageName: "live",
  issuerJwksUri: "https://issuer.example.com/jwks.json",
};

/**
 * The Terraform JSON of an app with a SUMU.
 *
 * @param props - besides the fewest, made in the stack where they need one
 * @param more - what the app does with its SUMU
 */
export function synthesizeSumu(
  props: Partial<SumuProps> | ((stack: TerraformStack) => Partial<SumuProps>) = {},
  more?: (sumu: Sumu, stack: TerraformStack) => void,
): SynthesizedStack {
  return synthesize((stack) => {
    const given = typeof props === "function" ? props(stack) : props;
    const sumu = new Sumu(stack, "sumu", { ...FEWEST, ...given });
    more?.(sumu, stack);
  });
}
