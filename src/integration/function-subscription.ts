import type { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import type { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { MESSAGE_ATTRIBUTES, type MessageSource } from "../contract/messages";

/** A function of the application's, or an alias of one. */
export type InvokedFunction = LambdaFunction | LambdaAlias;

/** What of a topic's messages invokes a function. */
export interface FunctionSubscriptionOptions {
  /**
   * Where the messages must come from; SNS drops the others at no charge.
   * @default - everywhere
   */
  readonly sources?: readonly MessageSource[];
}

export interface FunctionSubscriptionProps extends FunctionSubscriptionOptions {
  /** Whose the topic is. */
  readonly accountId: string;
  readonly topic: SnsTopic;
  readonly function: InvokedFunction;
}

/** A topic that invokes a function of the application's, and the permission for just that. */
export class FunctionSubscription extends Construct {
  /** The subscription, for what these options do not say: a redrive policy, another filter. */
  readonly subscription: SnsTopicSubscription;

  constructor(scope: Construct, id: string, props: FunctionSubscriptionProps) {
    super(scope, id);
    const { accountId, topic, function: invoked, sources } = props;
    const permission = new LambdaPermission(this, "permission", {
      action: "lambda:InvokeFunction",
      functionName: invoked.functionName,
      qualifier: isAlias(invoked) ? invoked.name : undefined,
      principal: "sns.amazonaws.com",
      sourceAccount: accountId,
      sourceArn: topic.arn,
    });
    this.subscription = new SnsTopicSubscription(this, "subscription", {
      topicArn: topic.arn,
      protocol: "lambda",
      endpoint: invoked.arn,
      filterPolicy: sources && Fn.jsonencode({ [MESSAGE_ATTRIBUTES.source]: [...sources] }),
      dependsOn: [permission],
    });
  }
}

function isAlias(invoked: InvokedFunction): invoked is LambdaAlias {
  return invoked.terraformResourceType === "aws_lambda_alias";
}
