import { Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { logGroup } from "../aws/log-group";
import { ServiceRole } from "../aws/service-role";
import type { ConnectionStore } from "../connections/connection-store";
import { ROUTE_KEYS } from "../contract/routes";
import { type Encryption, SEND_WITH_KEY, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { Integration } from "../integration/integration";
import { NAME_SUFFIXES, physicalName } from "../names";
import { acceptFinding } from "../terraform/accepted-finding";
import { ACCESS_LOG_FORMAT } from "./access-log-format";
import {
  ACK_TEMPLATE,
  deleteConnectionTemplate,
  ERROR_TEMPLATE,
  PING_REQUEST_TEMPLATE,
  PONG_TEMPLATE,
  publishTemplate,
  putConnectionTemplate,
  sendMessageTemplate,
} from "./mapping-templates";
import { DEFAULT_TEMPLATE, FORM_CONTENT_TYPE, ORIGINAL_TEMPLATES, Route } from "./route";
import type { WebSocketApi } from "./web-socket-api";

export interface GatewayProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly webSocketApi: WebSocketApi;
  readonly authorizerId: string;
  readonly connections: ConnectionStore;
  readonly integration: Integration;
  readonly logRetentionDays: number;
  readonly encryption: Encryption;
  /** Steady rate and burst of the stage. The account's throttle is shared by all its APIs and by @connections calls. */
  readonly throttlingRateLimit: number;
  readonly throttlingBurstLimit: number;
}

/** A success, or anything else. API Gateway matches the key against the service's HTTP status. */
const ACK_OR_ERROR = [
  { id: "integration_response", key: "/200/", template: ACK_TEMPLATE },
  { id: "refused", key: "$default", template: ERROR_TEMPLATE },
];

/** The five routes, each straight to a service without a Lambda between, and the stage that serves them. */
export class Gateway extends Construct {
  /** What clients connect to. */
  readonly stage: Apigatewayv2Stage;
  /** As which the routes call services. @internal */
  readonly role: ServiceRole;

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const { account, prefix, webSocketApi, connections, integration, encryption } = props;
    const { apiId } = webSocketApi;
    const queue = integration.messagesQueue;
    const topicArn = integration.messagesTopic.arn;

    const role = new ServiceRole(this, "gateway", {
      account,
      name: physicalName(prefix),
      description: "What the WebSocket API's routes may do.",
      service: "apigateway.amazonaws.com",
      keyStatements: encryption.statements([
        { sid: "UseKeyOfTables", actions: WRITE_TABLE_WITH_KEY, via: ["dynamodb"] },
        { sid: "UseKeyOfMessages", actions: SEND_WITH_KEY, via: ["sqs", "sns"] },
      ]),
      statements: [
        {
          sid: "KeepConnections",
          actions: ["dynamodb:PutItem", "dynamodb:DeleteItem"],
          resources: [connections.tableArn],
        },
        { sid: "PublishMessages", actions: ["sns:Publish"], resources: [topicArn] },
        { sid: "SendMessages", actions: ["sqs:SendMessage"], resources: [queue.arn] },
      ],
    });
    this.role = role;
    const uri = (target: string) => `arn:${account.partition}:apigateway:${account.region}:${target}`;
    const service = (target: string) => ({ uri: uri(target), credentialsArn: role.arn });
    // $connect and $disconnect have no $default response: a refusal by DynamoDB must refuse the handshake.
    const stored = [{ id: "integration_response", key: "/200/" }];

    const routes = [
      new Route(this, "connect", {
        apiId,
        routeKey: ROUTE_KEYS.connect,
        authorizerId: props.authorizerId,
        service: service("dynamodb:action/PutItem"),
        requestTemplates: storedTemplates(putConnectionTemplate(connections.tableName)),
        responses: stored,
        answers: true,
      }),
      new Route(this, "disconnect", {
        apiId,
        routeKey: ROUTE_KEYS.disconnect,
        service: service("dynamodb:action/DeleteItem"),
        requestTemplates: storedTemplates(deleteConnectionTemplate(connections.tableName)),
        responses: stored,
        answers: true,
      }),
      new Route(this, "ping", {
        apiId,
        routeKey: ROUTE_KEYS.ping,
        templateSelectionExpression: ORIGINAL_TEMPLATES.ping,
        requestTemplates: { [ORIGINAL_TEMPLATES.ping]: PING_REQUEST_TEMPLATE },
        responses: [
          {
            id: "integration_response",
            key: "/200/",
            template: PONG_TEMPLATE,
            originalTemplate: ORIGINAL_TEMPLATES.ping,
          },
        ],
        answers: true,
      }),
      new Route(this, "publish", {
        apiId,
        routeKey: ROUTE_KEYS.publish,
        service: service("sns:action/Publish"),
        requestTemplates: { [DEFAULT_TEMPLATE]: publishTemplate(topicArn) },
        requestParameters: FORM_CONTENT_TYPE,
        responses: ACK_OR_ERROR,
        answers: true,
      }),
      new Route(this, "send", {
        apiId,
        routeKey: ROUTE_KEYS.send,
        service: service(`sqs:path/${account.accountId}/${queue.name}`),
        requestTemplates: { [DEFAULT_TEMPLATE]: sendMessageTemplate() },
        requestParameters: FORM_CONTENT_TYPE,
        responses: ACK_OR_ERROR,
        answers: true,
      }),
    ];

    const accessLog = logGroup(this, "access", {
      name: physicalName(prefix, NAME_SUFFIXES.gatewayAccessLog),
      retentionInDays: props.logRetentionDays,
      kmsKeyArn: encryption.keyArn,
    });
    this.stage = new Apigatewayv2Stage(this, "websocket", {
      apiId,
      name: webSocketApi.stageName,
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: props.throttlingRateLimit,
        throttlingBurstLimit: props.throttlingBurstLimit,
        detailedMetricsEnabled: true,
      },
      accessLogSettings: { destinationArn: accessLog.arn, format: ACCESS_LOG_FORMAT },
      dependsOn: routes.map(({ route }) => route),
    });
    acceptFinding(
      this.stage,
      "CKV2_AWS_51",
      "Clients are browsers and apps, authorized by their token; a WebSocket API has no client certificates.",
    );
  }
}

/** The template of a request to DynamoDB, also under the key where the original has one. */
function storedTemplates(template: string): Record<string, string> {
  return { [ORIGINAL_TEMPLATES.stored]: template, [DEFAULT_TEMPLATE]: template };
}
