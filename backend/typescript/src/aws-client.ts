/**
 * A client of the AWS SDK that a backend may not have installed: for example a `DynamoDBClient`. The library's declarations do
 * not name its package, because the compiler of a backend without it would not find it.
 */
export interface AwsClient {
  send(command: never): Promise<unknown>;
}
