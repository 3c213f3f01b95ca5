import { Fn, type IResolvable, Op, Token } from "cdktf";
import { type Existence, existsWhen } from "../terraform/existence";

/** The original's table has this name in every deployment: whoever keeps the table moves such a deployment. */
const ORIGINAL_TABLE = "SumuConnections";

/** The original's rights stay as long as the caller says; if the caller says nothing, as long as the table is the original's. */
export function originalRightsExistence(keeps: boolean | IResolvable | undefined, tableName?: string): Existence {
  const isOriginal = Token.isUnresolved(tableName) ? Op.eq(tableName, ORIGINAL_TABLE) : tableName === ORIGINAL_TABLE;
  if (typeof keeps === "boolean") return existsWhen(keeps);
  return existsWhen(keeps === undefined ? isOriginal : Token.asAny(Fn.coalesce([keeps, isOriginal])));
}
