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
 * The API by itself, before its routes. The authorizer and the pusher need its ARN and URL, and the routes need the
 * authorizer. This separation avoids a cycle.
 */
export class WebSocketApi extends Construct {
  /** The API itself. */
  readonly api: Apigatewayv2Api;
  /** The stage's name as given, so it is known before the stage exists. */
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

  /** The API's id, as a custom domain's mapping needs it. */
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
   * `https://<api id>.execute-api.<region>.<suffix>/<stage>`; `/@connections` is below it. It is a call of `join` and
   * not a template, because cdktf warns about a template among the arguments of a Terraform function.
   */
  get stageUrl(): string {
    return Fn.join("/", [Fn.replace(this.api.apiEndpoint, "wss://", "https://"), this.stageName]);
  }
}
