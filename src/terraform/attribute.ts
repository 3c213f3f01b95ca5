import { Fn, type IResolvable, ref, TerraformDataSource, type TerraformResource, TerraformStack, Token } from "cdktf";

type Countable = TerraformResource | TerraformDataSource;

/**
 * An attribute of a resource or data source that may carry a `count`, for readers that exist under the same condition:
 * `x.arn`, or `x[0].arn`. cdktf itself renders `x.arn` either way, which Terraform refuses for a counted one.
 */
export function attributeOf(element: Countable, attribute: string): string {
  return element.count === undefined
    ? element.getStringAttribute(attribute)
    : Token.asString(instances(element, `[0].${attribute}`));
}

/** The same for a reader that exists always: null where the resource does not. */
export function attributeOrNull(element: Countable, attribute: string): string {
  return element.count === undefined
    ? element.getStringAttribute(attribute)
    : Token.asString(Fn.one(instances(element, `[*].${attribute}`)));
}

/** The same, with an empty string where the resource does not exist. */
export function attributeOrEmpty(element: Countable, attribute: string): string {
  return element.count === undefined
    ? element.getStringAttribute(attribute)
    : Token.asString(Fn.try([instances(element, `[0].${attribute}`), ""]));
}

function instances(element: Countable, rest: string): IResolvable {
  const kind = TerraformDataSource.isTerraformDataSource(element) ? "data." : "";
  return ref(`${kind}${element.terraformResourceType}.${element.friendlyUniqueId}${rest}`, TerraformStack.of(element));
}
