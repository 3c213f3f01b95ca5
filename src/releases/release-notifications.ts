import { CodestarnotificationsNotificationRule } from "@cdktf/provider-aws/lib/codestarnotifications-notification-rule";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import type { SlackChannels } from "../inputs/release-props";
import { fieldOf, type Given } from "../terraform/field";

export interface ReleaseNotificationsProps {
  readonly account: AwsAccount;
  readonly pipelineArn: string;
  readonly channels: Given<SlackChannels>;
  /** At most 64 characters each. */
  readonly infoName: string;
  readonly alertName: string;
  readonly count?: number;
}

/** Sends a pipeline's events to Slack, through AWS Chatbot: info gets starts and successes, alert gets failures. */
export class ReleaseNotifications extends Construct {
  constructor(scope: Construct, id: string, props: ReleaseNotificationsProps) {
    super(scope, id);
    const { account, pipelineArn, channels, count } = props;
    const rule = (channel: keyof SlackChannels, name: string, events: readonly string[]) =>
      new CodestarnotificationsNotificationRule(this, channel, {
        count,
        name,
        detailType: "FULL",
        resource: pipelineArn,
        eventTypeIds: events.map((event) => `codepipeline-pipeline-pipeline-execution-${event}`),
        target: [
          {
            type: "AWSChatbotSlack",
            address: `arn:${account.partition}:chatbot::${account.accountId}:chat-configuration/slack-channel/${fieldOf(channels, channel)}`,
          },
        ],
      });
    rule("info", props.infoName, ["started", "succeeded"]);
    rule("alert", props.alertName, ["failed"]);
  }
}
