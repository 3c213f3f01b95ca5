import type { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import type { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { MESSAGE_ATTRIBUTES, type MessageSource } from "../contract/messages";

/** A function of the application, or an alias of a function. */
export type InvokedFunction = LambdaFunction | LambdaAlias;

/** Which of a topic's messages invoke a function. */
export interface FunctionSubscriptionOptions {
  /**
   * The sources of the messages; SNS drops messages from other sources at no charge.
   * @default - all sources
   */
  readonly sources?: readonly MessageSource[];
}

export interface FunctionSubscriptionProps extends FunctionSubscriptionOptions {
  /** The account that owns the topic. */
  readonly accountId: string;
  readonly topic: SnsTopic;
  readonly function: InvokedFunction;
}

/** A topic that invokes one of the application's functions, and the permission for exactly this. */
export class FunctionSubscription extends Construct {
  /** The subscription, for settings that these options do not have: a redrive policy, another filter. */
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
