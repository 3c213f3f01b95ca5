import { CreateTopicCommand, DeleteTopicCommand } from "@aws-sdk/client-sns";
import { type CreateResource, ENCRYPTION_IS_AWS, NOT_NEEDED_LOCALLY } from "./creation";

/** `aws_sns_topic`. */
export const createSnsTopic: CreateResource = async (args, { sns }) => {
  const name = args.text("name");
  args.leaveOut(NOT_NEEDED_LOCALLY, "tags", "tags_all", "display_name", "tracing_config", "signature_version");
  args.leaveOut(ENCRYPTION_IS_AWS, "kms_master_key_id");
  args.leaveOut("the policy is a resource of its own", "policy");
  args.finish();

  const { TopicArn: arn = "" } = await sns.send(new CreateTopicCommand({ Name: name }));
  return {
    attributes: { id: arn, arn },
    remove: () => sns.send(new DeleteTopicCommand({ TopicArn: arn })),
  };
};
