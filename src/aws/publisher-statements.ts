import type { DataAwsIamPolicyDocumentStatement } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { conditional, Fn, Op, Token } from "cdktf";
import type { AwsAccount } from "./aws-account";
import type { OptionalStatements } from "./policy-document";

/**
 * EventBridge sends neither rule nor account when it publishes to a topic or uses its key. A condition would refuse
 * EventBridge.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
 */
const SAYS_NO_ACCOUNT = "events.amazonaws.com";

/**
 * Lets AWS services publish by themselves. It has one statement for the services that send their account, restricted to
 * this account, and one statement for EventBridge. Without services there are no statements.
 *
 * @param services - service principals; a variable is evaluated in Terraform
 */
export function publisherStatements(
  account: AwsAccount,
  services: readonly string[],
  statement: Omit<DataAwsIamPolicyDocumentStatement, "principals" | "condition">,
): OptionalStatements {
  const inAccount = [{ test: "StringEquals", variable: "aws:SourceAccount", values: [account.accountId] }];
  const lets = (identifiers: readonly string[] | string) => ({
    ...statement,
    principals: [{ type: "Service", identifiers: identifiers as string[] }],
  });
  const others = { sid: `${statement.sid}ForThisAccount`, condition: inAccount };
  if (!Token.isUnresolved(services)) {
    const known = services.filter((service) => service !== SAYS_NO_ACCOUNT);
    return {
      statement: [
        ...(known.length === 0 ? [] : [{ ...lets(known), ...others }]),
        ...(services.includes(SAYS_NO_ACCOUNT) ? [lets([SAYS_NO_ACCOUNT])] : []),
      ],
    };
  }
  const known = Fn.setsubtract([...services], [SAYS_NO_ACCOUNT]);
  const value = "${statement.value}";
  return {
    statement: [],
    dynamic: [
      { for_each: conditional(Op.gte(Fn.lengthOf(known), 1), [known], []), content: { ...lets(value), ...others } },
      { for_each: Fn.setintersection([...services], [[SAYS_NO_ACCOUNT]]), content: lets([value]) },
    ],
  };
}
