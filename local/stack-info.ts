/** Everything that a client, a backend or a test needs to use a running local SUMU. `npm start -- --json` prints it. */
export interface StackInfo {
  /** Where clients connect, without the token: `ws://<host>:<port>/<stage>`. */
  readonly websocket_url: string;
  /** With the run's key behind the `#`. */
  readonly page_url: string;
  /** For `AWS_ENDPOINT_URL`: DynamoDB, SNS, SQS and Lambda of the local AWS. */
  readonly aws_endpoint_url: string;
  /** The only credentials that the local AWS takes. They are made for the run. */
  readonly aws_access_key_id: string;
  readonly aws_secret_access_key: string;
  readonly region: string;
  readonly jwks_url: string;
  /** The stack's outputs of the same names. */
  readonly connections_table: { readonly name: string; readonly arn: string; readonly stream_arn: string };
  readonly presence_table?: { readonly name: string; readonly arn: string } | null;
  readonly revocations_table?: { readonly name: string; readonly arn: string } | null;
  readonly messages: Channel;
  readonly notifications: Channel;
}

/** A topic and a queue that carry the same messages. */
export interface Channel {
  readonly topic: { readonly name: string; readonly arn: string };
  readonly queue: { readonly name: string; readonly arn: string; readonly url: string };
}
