/**
 * A WebSocket API as the gateway runs it: the `aws_apigatewayv2_*` resources of a stack, with their references
 * resolved.
 */
export interface ApiDefinition {
  readonly id: string;
  /** `arn:<partition>:execute-api:<region>:<account>:<API id>`. */
  readonly executionArn: string;
  /** For example `$request.body.action`. */
  readonly routeSelectionExpression: string;
  readonly routes: ReadonlyMap<string, RouteDefinition>;
  /** At least one. Clients connect to any of them. */
  readonly stages: readonly StageDefinition[];
}

export interface RouteDefinition {
  readonly routeKey: string;
  /** On `$connect` only. */
  readonly authorizer?: AuthorizerDefinition;
  readonly integration: IntegrationDefinition;
  /** Whether the client gets the integration's response. It does when the route has a `$default` route response. */
  readonly answers: boolean;
}

/** A REQUEST authorizer. */
export interface AuthorizerDefinition {
  readonly id: string;
  /** The function or alias that its URI invokes. */
  readonly functionArn: string;
  /** `route.request.querystring.x` or `route.request.header.x`. If a request lacks any of them, the answer is 401. */
  readonly identitySources: readonly string[];
}

export type PassthroughBehavior = "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";

export interface IntegrationDefinition {
  /** The target of the call: nothing (MOCK), an AWS service, or a function (AWS_PROXY). */
  readonly target: "MOCK" | ServiceTarget | FunctionTarget;
  /** For each integration header or query parameter, the source of its value. */
  readonly requestParameters: readonly RequestParameter[];
  readonly requestTemplates: ReadonlyMap<string, string>;
  readonly templateSelectionExpression?: string;
  readonly passthroughBehavior: PassthroughBehavior;
  /** 50 to 29,000. */
  readonly timeoutMilliseconds: number;
  readonly responses: readonly IntegrationResponseDefinition[];
}

/** The function or alias that a proxy integration's URI invokes. */
export interface FunctionTarget {
  readonly functionArn: string;
}

/** `arn:<partition>:apigateway:<region>:<service>:action/<action>` or `…:path/<path>`. */
export interface ServiceTarget {
  readonly region: string;
  readonly service: "dynamodb" | "sns" | "sqs";
  /** The role whose rights the call uses. */
  readonly roleArn: string;
  readonly action?: string;
  /** With its leading slash. */
  readonly path?: string;
}

export interface RequestParameter {
  readonly in: "header" | "querystring";
  readonly name: string;
  /** `'static'`, `route.request.body.x`, `route.request.querystring.x`, `route.request.header.x`, `context.x`, `stageVariables.x`. */
  readonly source: string;
}

export interface IntegrationResponseDefinition {
  /** `/200/`, `/4\d\d/` or `$default`. */
  readonly key: string;
  readonly templates: ReadonlyMap<string, string>;
  readonly templateSelectionExpression?: string;
}

export interface StageDefinition {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** `$context.x` placeholders. Absent: no access log. */
  readonly accessLogFormat?: string;
  readonly throttling?: { readonly ratePerSecond: number; readonly burst: number };
}
