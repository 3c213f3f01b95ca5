import {
  ApiGatewayManagementApiClient,
  GetConnectionCommand,
  GoneException,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { type AttributeValue, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { LocalStack } from "../../local/local-stack";
import { CONNECTION, PRESENCE } from "../../src/contract/tables";
import type { Device } from "./device";

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * What the tables and the gateway have about a user, for a report: the row of the presence table, and each row of a
 * connection with its age, the gateway's own word and the device that has or had it.
 */
export async function tracePresence(
  stack: LocalStack,
  user: string,
  devices: readonly Device[],
): Promise<readonly string[]> {
  const { info, aws } = stack;
  const { Item } = await aws.dynamodb.send(
    new GetItemCommand({
      TableName: info.presence_table?.name,
      Key: { [PRESENCE.userId]: { S: user } },
      ConsistentRead: true,
    }),
  );
  const { Items = [] } = await aws.dynamodb.send(
    new QueryCommand({
      TableName: info.connections_table.name,
      KeyConditionExpression: `${CONNECTION.userId} = :user`,
      ExpressionAttributeValues: { ":user": { S: user } },
      ConsistentRead: true,
    }),
  );
  const gateway = new ApiGatewayManagementApiClient({
    endpoint: info.websocket_url.replace("ws:", "http:"),
    region: info.region,
    credentials: aws.access.credentials,
  });
  try {
    return [
      `${user}: presence ${Item === undefined ? "has no row" : textOf(Item)}`,
      ...(await Promise.all(Items.map((row) => traceRow(row, gateway, devices)))),
      ...(Items.length === 0 ? ["  no connection has a row"] : []),
    ];
  } finally {
    gateway.destroy();
  }
}

async function traceRow(
  row: Item,
  gateway: ApiGatewayManagementApiClient,
  devices: readonly Device[],
): Promise<string> {
  const ConnectionId = row[CONNECTION.connectionId]?.S ?? "";
  const word = await gateway.send(new GetConnectionCommand({ ConnectionId })).then(
    ({ LastActiveAt }) => `open, last active ${LastActiveAt?.toISOString()}`,
    (error: NodeJS.ErrnoException) => (error instanceof GoneException ? "gone" : (error.code ?? error.name)),
  );
  const device = devices.find(({ connectionIds }) => connectionIds.has(ConnectionId));
  const owner =
    device === undefined
      ? "no known device"
      : `${device.app}${device.isOpen ? ", which is there" : ", which has left"}`;
  return `  connection ${ConnectionId}: ${textOf(row)}; gateway: ${word}; ${owner}`;
}

/** Times as texts, and everything but the user. */
function textOf(item: Item): string {
  const members = Object.entries(item).filter(
    ([name]) => name !== CONNECTION.userId && name !== CONNECTION.connectionId,
  );
  return members.map(([name, { S, N = "" }]) => `${name} ${S ?? timeOf(Number(N))}`).join(", ");
}

function timeOf(value: number): string {
  const milliseconds = value > 1e12 ? value : value * 1_000;
  return value > 1e9 ? new Date(milliseconds).toISOString() : String(value);
}
