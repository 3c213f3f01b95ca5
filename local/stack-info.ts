/** Everything that a client, a backend or a test needs to use a running local SUMU. `npm start -- --json` prints it. */
export interface StackInfo {
  /** Where clients connect, without the token: `ws://127.0.0.1:<port>/<stage>`. */
  readonly websocket_url: string;
  readonly page_url: string;
  /** For `AWS_ENDPOINT_URL`: DynamoDB, SNS, SQS and Lambda of the local AWS, which takes any credentials. */
  readonly aws_endpoint_url: string;
  readonly region: string;
  readonly jwks_url: string;
  /** The stack's outputs of the same names. */
  readonly connections_table: { readonly name: string; readonly arn: string; readonly stream_arn: string };
  readonly presence_table?: { readonly name: string; readonly arn: string } | null;
  readonly messages: Channel;
  readonly notifications: Channel;
}

/** A topic and a queue that carry the same messages. */
export interface Channel {
  readonly topic: { readonly name: string; readonly arn: string };
  readonly queue: { readonly name: string; readonly arn: string; readonly url: string };
}
