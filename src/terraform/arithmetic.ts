import { Op, Token } from "cdktf";

/** The sum: of a literal here, of a token in Terraform. */
export function plus(number: number, more: number): number {
  return Token.isUnresolved(number) ? Token.asNumber(Op.add(number, more)) : number + more;
}

/** The product: of a literal here, of a token in Terraform. */
export function times(number: number, factor: number): number {
  return Token.isUnresolved(number) ? Token.asNumber(Op.mul(number, factor)) : number * factor;
}
