import { Op, Token } from "cdktf";
import { whenKnown } from "./when-known";

/** The sum: of a literal here, of a token in Terraform. */
export function plus(number: number, more: number): number {
  return whenKnown(
    number,
    (known) => known + more,
    (token) => Token.asNumber(Op.add(token, more)),
  );
}

/** The product: of a literal here, of a token in Terraform. */
export function times(number: number, factor: number): number {
  return whenKnown(
    number,
    (known) => known * factor,
    (token) => Token.asNumber(Op.mul(token, factor)),
  );
}
