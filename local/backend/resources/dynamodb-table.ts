import {
  CreateTableCommand,
  DeleteTableCommand,
  type KeySchemaElement,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { type CreateResource, ENCRYPTION_IS_AWS, NOT_NEEDED_LOCALLY } from "./creation";

/** `aws_dynamodb_table`: keys, indexes, stream and time to live. */
export const createDynamodbTable: CreateResource = async (args, { dynamodb }) => {
  const name = args.text("name");
  const hashKey = args.text("hash_key");
  const rangeKey = args.optionalText("range_key");
  const attributes = args.blocks("attribute").map((attribute) => ({
    AttributeName: attribute.text("name"),
    AttributeType: attribute.text("type") as "S" | "N" | "B",
  }));
  const indexes = args.blocks("global_secondary_index").map((index) => ({
    IndexName: index.text("name"),
    KeySchema: keySchema(index.text("hash_key"), index.optionalText("range_key")),
    Projection: {
      ProjectionType: index.text("projection_type") as "ALL" | "KEYS_ONLY" | "INCLUDE",
      NonKeyAttributes: index.texts("non_key_attributes"),
    },
  }));
  const hasStream = args.optionalBool("stream_enabled") ?? false;
  const streamView = args.optionalText("stream_view_type");
  const ttl = args.block("ttl");
  const ttlAttribute = ttl?.optionalBool("enabled") === false ? undefined : ttl?.optionalText("attribute_name");
  args.leaveOut("on demand is what the emulator is", "billing_mode");
  args.leaveOut(NOT_NEEDED_LOCALLY, "tags", "tags_all", "point_in_time_recovery", "deletion_protection_enabled");
  args.leaveOut(ENCRYPTION_IS_AWS, "server_side_encryption");
  args.finish();

  const { TableDescription: table } = await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: attributes,
      KeySchema: keySchema(hashKey, rangeKey),
      GlobalSecondaryIndexes: indexes.length === 0 ? undefined : indexes,
      StreamSpecification: hasStream
        ? { StreamEnabled: true, StreamViewType: streamView as "KEYS_ONLY" | undefined }
        : undefined,
    }),
  );
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.2 }, { TableName: name });
  if (ttlAttribute !== undefined) {
    const specification = { Enabled: true, AttributeName: ttlAttribute };
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification }));
  }
  return {
    attributes: {
      id: name,
      arn: table?.TableArn ?? null,
      stream_arn: table?.LatestStreamArn ?? null,
      stream_label: table?.LatestStreamLabel ?? null,
    },
    remove: () => dynamodb.send(new DeleteTableCommand({ TableName: name })),
  };
};

function keySchema(hashKey: string, rangeKey: string | undefined): KeySchemaElement[] {
  const hash: KeySchemaElement = { AttributeName: hashKey, KeyType: "HASH" };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" }];
}
