import { Fn, type IResolvable, Token } from "cdktf";
import { type Condition, isEqual } from "../terraform/condition";
import { type Existence, existsWhen } from "../terraform/existence";

/**
 * The original's table has this name in every deployment. If a caller keeps the table, the caller is moving such a
 * deployment.
 */
const ORIGINAL_TABLE = "SumuConnections";

/**
 * The original's rights stay as long as the caller wants. By default, they stay as long as the table is the original's.
 */
export function originalRightsExistence(keeps: boolean | IResolvable | undefined, tableName = ""): Existence {
  const isOriginal = isEqual(tableName, ORIGINAL_TABLE);
  if (keeps === undefined) return existsWhen(isOriginal);
  const known: Condition = Token.isUnresolved(keeps) ? Token.asAny(Fn.coalesce([keeps, isOriginal])) : keeps;
  return existsWhen(known);
}
