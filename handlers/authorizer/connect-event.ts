/**
 * The fields of API Gateway's REQUEST authorizer event for `$connect` that the authorizer reads. Each may be absent or
 * null: the console's test button leaves out fields that a real request has.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export interface ConnectEvent {
  /** `arn:<partition>:execute-api:<region>:<account>:<API>/<stage>/$connect`. */
  readonly methodArn?: string | null;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext?: {
    readonly requestId?: string;
    readonly connectionId?: string;
  } | null;
}
