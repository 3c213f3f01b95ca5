import { Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { logGroup } from "../aws/log-group";
import { ServiceRole } from "../aws/service-role";
import type { ConnectionStore } from "../connections/connection-store";
import { ROUTE_KEYS } from "../contract/routes";
import { type Encryption, SEND_WITH_KEY, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { Integration } from "../integration/integration";
import { furtherRights } from "../lambda/further-rights";
import { NAME_SUFFIXES, physicalName } from "../names";
import { acceptFinding } from "../terraform/accepted-finding";
import { ALWAYS } from "../terraform/existence";
import { ACCESS_LOG_FORMAT } from "./access-log-format";
import { type ControlTarget, controlRows } from "./control-routes";
import { Route } from "./route";
import { type RouteRow, routeRows, routeStatements } from "./routes";
import type { WebSocketApi } from "./web-socket-api";

export interface GatewayProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly webSocketApi: WebSocketApi;
  readonly authorizerId: string;
  readonly connections: ConnectionStore;
  readonly integration: Integration;
  /** Where control frames go. Undefined if a literal says that there are no control routes. */
  readonly control?: ControlTarget;
  readonly logRetentionDays: number;
  readonly encryption: Encryption;
  /**
   * Steady rate and burst of the stage. All APIs of the account share the account's throttle with the @connections
   * calls.
   */
  readonly throttlingRateLimit: number;
  readonly throttlingBurstLimit: number;
}

/** The routes and the stage that serves them. Each route calls a service directly, without a Lambda. */
export class Gateway extends Construct {
  /** The stage that clients connect to. */
  readonly stage: Apigatewayv2Stage;
  /** The role with which the routes call services. @internal */
  readonly role: ServiceRole;

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const { account, prefix, webSocketApi, connections, integration, encryption, control } = props;
    const { apiId } = webSocketApi;
    const rows = routeRows({
      accountId: account.accountId,
      connectionsTable: connections.table,
      messages: { topic: integration.messagesTopic, queue: integration.messagesQueue },
    });

    const role = new ServiceRole(this, "gateway", {
      account,
      name: physicalName(prefix),
      description: "What the WebSocket API's routes may do.",
      service: "apigateway.amazonaws.com",
      keyStatements: encryption.statements([
        { sid: "UseKeyOfTables", actions: WRITE_TABLE_WITH_KEY, via: ["dynamodb"] },
        { sid: "UseKeyOfMessages", actions: SEND_WITH_KEY, via: ["sqs", "sns"] },
      ]),
      statements: routeStatements(Object.values(rows)),
    });
    this.role = role;
    const service = (target: string) => ({
      uri: `arn:${account.partition}:apigateway:${account.region}:${target}`,
      credentialsArn: role.arn,
    });
    const controls = control && controlRows({ accountId: account.accountId, control });
    if (control !== undefined && controls !== undefined) {
      furtherRights(this, role, encryption, {
        name: "frames",
        existence: control.existence,
        statements: routeStatements(Object.values(controls)),
      });
    }
    const routes = Object.entries<RouteRow>({ ...rows, ...controls }).flatMap(([name, row]) => {
      const { target, isAuthorized, existence = ALWAYS, ...route } = row;
      if (!existence.exists) return [];
      return new Route(this, name, {
        ...route,
        apiId,
        count: existence.count,
        routeKey: ROUTE_KEYS[name as keyof typeof ROUTE_KEYS],
        authorizerId: isAuthorized && props.authorizerId,
        service: target === undefined ? undefined : service(target),
      });
    });

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
