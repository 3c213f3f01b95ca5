import { Fn, type IResolvable, ref, TerraformDataSource, type TerraformResource, TerraformStack, Token } from "cdktf";

type Countable = TerraformResource | TerraformDataSource;

/**
 * An attribute of a resource or data source that may have a `count`, for a reader that exists under the same condition:
 * `x.arn`, or `x[0].arn`. cdktf itself always renders `x.arn`, which Terraform refuses for a resource with `count`.
 */
export function attributeOf(element: Countable, attribute: string): string {
  return element.count === undefined
    ? element.getStringAttribute(attribute)
    : Token.asString(instances(element, `[0].${attribute}`));
}

/** The same for a reader that always exists: null if the resource does not exist. */
export function attributeOrNull(element: Countable, attribute: string): string {
  return element.count === undefined
    ? element.getStringAttribute(attribute)
    : Token.asString(Fn.one(instances(element, `[*].${attribute}`)));
}

/** The same, with an empty string if the resource does not exist. */
export function attributeOrEmpty(element: Countable, attribute: string): string {
  return element.count === undefined
    ? element.getStringAttribute(attribute)
    : Token.asString(Fn.try([instances(element, `[0].${attribute}`), ""]));
}

function instances(element: Countable, rest: string): IResolvable {
  const kind = TerraformDataSource.isTerraformDataSource(element) ? "data." : "";
  return ref(`${kind}${element.terraformResourceType}.${element.friendlyUniqueId}${rest}`, TerraformStack.of(element));
}
