import { Apigatewayv2Authorizer } from "@cdktf/provider-aws/lib/apigatewayv2-authorizer";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { conditional, type IResolvable, Token } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { channelClaims } from "../channels/channel-claims";
import { AUTHORIZER_ENVIRONMENT, DEFAULT_USER_ID_CLAIM } from "../contract/authorizer-handler";
import { TOKEN_HEADER, TOKEN_QUERY_PARAMETER } from "../contract/routes";
import { DEFAULT_TOKEN_SOURCE } from "../contract/token-sources";
import type { Encryption } from "../encryption/encryption";
import type { WebSocketApi } from "../gateway/web-socket-api";
import type { Channels } from "../inputs/channels";
import type { VpcConfig } from "../inputs/guardrails";
import { HandlerFunction } from "../lambda/handler-function";
import { NAME_SUFFIXES, physicalName } from "../names";
import type { Observation } from "../observability/observation";
import type { RevocationStore } from "../revocations/revocation-store";
import { hasAny, isEqual, not } from "../terraform/condition";
import type { Existence } from "../terraform/existence";
import type { Given } from "../terraform/field";
import { joined, text } from "../terraform/text";
import { whenKnown } from "../terraform/when-known";

export interface JwtAuthorizerProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly webSocketApi: WebSocketApi;
  readonly issuerJwksUri: string;
  readonly authorizedAudiences: readonly string[];
  readonly authorizedIssuer?: string;
  readonly verifyTokenExpiration: boolean | IResolvable;
  readonly tokenClockToleranceSeconds: number;
  readonly userIdClaim: string;
  readonly tokenSource: string;
  readonly endConnectionsWithToken: boolean | IResolvable;
  readonly allowedOrigins: readonly string[];
  readonly channels?: Given<Channels>;
  /** Undefined if a literal says that tokens are not revoked. */
  readonly revocations?: RevocationStore;
  readonly logRetentionDays: number;
  readonly encryption: Encryption;
  readonly architecture: string;
  readonly authorizerMemoryMb: number;
  readonly authorizerReservedConcurrency?: number;
  readonly observation: Observation;
  readonly vpcConfig?: Given<VpcConfig>;
  /** When a delivery pipeline releases the handler's code. */
  readonly delivery: Existence;
}

/** Lets a client connect if its JWT is valid. API Gateway calls this Lambda on `$connect` only. */
export class JwtAuthorizer extends Construct {
  /** The function that verifies tokens. */
  readonly handler: HandlerFunction;
  /** The authorizer that the route `$connect` refers to. */
  readonly authorizer: Apigatewayv2Authorizer;

  constructor(scope: Construct, id: string, props: JwtAuthorizerProps) {
    super(scope, id);
    const { account, prefix, webSocketApi } = props;
    this.handler = new HandlerFunction(this, "authorizer", {
      account,
      handler: "authorizer",
      instanceId: webSocketApi.apiId,
      prefix,
      description: "Verifies the JWT of a client that connects.",
      timeoutSeconds: 10,
      memoryMegabytes: props.authorizerMemoryMb,
      reservedConcurrency: props.authorizerReservedConcurrency,
      architecture: props.architecture,
      encryption: props.encryption,
      environment: {
        [AUTHORIZER_ENVIRONMENT.authorizedApis]: webSocketApi.stageExecutionArn,
        [AUTHORIZER_ENVIRONMENT.issuerJwksUri]: props.issuerJwksUri,
        [AUTHORIZER_ENVIRONMENT.authorizedAudiences]: joined(props.authorizedAudiences),
        [AUTHORIZER_ENVIRONMENT.authorizedIssuer]: props.authorizedIssuer ?? "",
        [AUTHORIZER_ENVIRONMENT.verifyExpiration]: text(props.verifyTokenExpiration),
        [AUTHORIZER_ENVIRONMENT.clockToleranceSeconds]: text(props.tokenClockToleranceSeconds),
      },
      optionalEnvironment: [
        {
          name: AUTHORIZER_ENVIRONMENT.userIdClaim,
          value: props.userIdClaim,
          when: not(isEqual(props.userIdClaim, DEFAULT_USER_ID_CLAIM)),
        },
        {
          name: AUTHORIZER_ENVIRONMENT.tokenSource,
          value: props.tokenSource,
          when: not(isEqual(props.tokenSource, DEFAULT_TOKEN_SOURCE)),
        },
        {
          name: AUTHORIZER_ENVIRONMENT.endConnectionsWithToken,
          value: "true",
          when: props.endConnectionsWithToken,
        },
        {
          name: AUTHORIZER_ENVIRONMENT.allowedOrigins,
          value: joined(props.allowedOrigins),
          when: hasAny(props.allowedOrigins),
        },
        ...channelClaims(props.channels),
        ...(props.revocations?.environment(AUTHORIZER_ENVIRONMENT.revocationsTable) ?? []),
      ],
      statements: [],
      furtherRights: props.revocations && [props.revocations.readRights],
      logRetentionDays: props.logRetentionDays,
      observation: props.observation,
      vpcConfig: props.vpcConfig,
      released: { name: physicalName(prefix, NAME_SUFFIXES.authorizerReleased), existence: props.delivery },
    });
    this.authorizer = new Apigatewayv2Authorizer(this, "request", {
      apiId: webSocketApi.apiId,
      name: physicalName(prefix, NAME_SUFFIXES.authorizer),
      authorizerType: "REQUEST",
      authorizerUri: this.handler.aliasInvokeArn,
      identitySources: identitySources(props.tokenSource),
    });
    new LambdaPermission(this, "authorizer_permission", {
      // No fixed id: during a switch, the new and the old permission exist together for a moment, and AWS accepts an id
      // only once.
      statementIdPrefix: "InvokeByAuthorizer",
      action: "lambda:InvokeFunction",
      functionName: this.handler.functionName,
      qualifier: this.handler.aliasName,
      principal: "apigateway.amazonaws.com",
      sourceAccount: account.accountId,
      sourceArn: `${webSocketApi.executionArn}/authorizers/${this.authorizer.id}`,
      // Permit the new function before the old function loses its permission.
      lifecycle: { createBeforeDestroy: true },
    });
  }
}

const IN_QUERY = `route.request.querystring.${TOKEN_QUERY_PARAMETER}`;
const IN_HEADER = `route.request.header.${TOKEN_HEADER}`;

/**
 * If an identity source is missing from the request, API Gateway answers 401 and does not call the function. API
 * Gateway cannot accept either of two sources. So if the token may be in either place, there is no identity source, and
 * the function refuses a missing token.
 */
function identitySources(tokenSource: string): string[] | undefined {
  return whenKnown<string, string[] | undefined>(
    tokenSource,
    (source) => (source === "either" ? undefined : [source === "header" ? IN_HEADER : IN_QUERY]),
    (source) =>
      Token.asList(
        conditional(isEqual(source, "either"), Token.nullValue(), [
          conditional(isEqual(source, "header"), IN_HEADER, IN_QUERY),
        ]),
      ),
  );
}
