import { Agent } from "node:https";
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import {
  DeleteItemCommand,
  DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { CONCURRENCY, eachAtOnce, endpoint } from "./subject";

const agent = () => new NodeHttpHandler({ httpsAgent: new Agent({ keepAlive: true, maxSockets: CONCURRENCY }) });
const dynamoDb = new DynamoDBClient({ requestHandler: agent() });
const api = new ApiGatewayManagementApiClient({ endpoint: `${endpoint()}/live`, requestHandler: agent() });

type Row = NonNullable<QueryCommandOutput["Items"]>[number];

async function post({ user_id, connection_id }: Row, Data: string): Promise<void> {
  try {
    await api.send(new PostToConnectionCommand({ ConnectionId: connection_id?.S, Data }));
  } catch (error) {
    if ((error as Error).name !== "GoneException") throw error;
    await dynamoDb.send(
      new DeleteItemCommand({
        TableName: "connections",
        Key: { user_id: user_id ?? { S: "" }, connection_id: connection_id ?? { S: "" } },
      }),
    );
  }
}

/** The least that a pusher on the SDK's clients does for a user: a query and a post. */
export async function pushToUser(userId: string, data: string): Promise<void> {
  const { Items = [] } = await dynamoDb.send(
    new QueryCommand({
      TableName: "connections",
      KeyConditionExpression: "user_id = :u",
      ExpressionAttributeValues: { ":u": { S: userId } },
    }),
  );
  for (const row of Items) await post(row, data);
}

/** And for everyone: pages, and so many posts at a time. */
export async function pushToEveryone(data: string): Promise<void> {
  await eachAtOnce(rows(), CONCURRENCY, (row) => post(row, data));
}

async function* rows(): AsyncGenerator<Row> {
  let ExclusiveStartKey: Row | undefined;
  do {
    const page = await dynamoDb.send(new ScanCommand({ TableName: "connections", ExclusiveStartKey }));
    yield* page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
}
