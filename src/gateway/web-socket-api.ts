import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { ROUTE_SELECTION_EXPRESSION } from "../contract/routes";
import { NAME_SUFFIXES, physicalName } from "../names";

export interface WebSocketApiProps {
  readonly prefix: string;
  readonly stageName: string;
}

/**
 * The API by itself, before its routes: the authorizer and the pusher need its ARN and URL, the routes need the
 * authorizer, and so no cycle arises.
 */
export class WebSocketApi extends Construct {
  /** The API itself. */
  readonly api: Apigatewayv2Api;
  /** As given: known before the stage exists. */
  readonly stageName: string;

  constructor(scope: Construct, id: string, props: WebSocketApiProps) {
    super(scope, id);
    this.stageName = props.stageName;
    this.api = new Apigatewayv2Api(this, "websocket", {
      name: physicalName(props.prefix, NAME_SUFFIXES.gatewayApi),
      description: "Realtime for the application's users: SUMU.",
      protocolType: "WEBSOCKET",
      routeSelectionExpression: ROUTE_SELECTION_EXPRESSION,
    });
  }

  /** As a custom domain's mapping wants it. */
  get apiId(): string {
    return this.api.id;
  }

  /** `arn:<partition>:execute-api:<region>:<account>:<api id>`. */
  get executionArn(): string {
    return this.api.executionArn;
  }

  /** `arn:<partition>:execute-api:<region>:<account>:<api id>/<stage>`. */
  get stageExecutionArn(): string {
    return `${this.executionArn}/${this.stageName}`;
  }

  /**
   * `https://<api id>.execute-api.<region>.<suffix>/<stage>`, under which `/@connections` is. A call of `join` and no
   * template, because cdktf warns about a template among the arguments of a Terraform function.
   */
  get stageUrl(): string {
    return Fn.join("/", [Fn.replace(this.api.apiEndpoint, "wss://", "https://"), this.stageName]);
  }
}
