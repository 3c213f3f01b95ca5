import type { Value, ValueObject } from "../../terraform-json/value";

/**
 * A resource type that the local stack does not create: the reason, and the attributes that other resources still refer
 * to.
 */
export interface LeftOut {
  readonly reason: string;
  readonly attributes: (args: ValueObject, name: string, place: Place) => ValueObject;
}

/** The place where the stack would run. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
  /** The id of its WebSocket API. */
  readonly apiId: string;
}

const SOURCES = "the emulator lets any queue name any dead-letter queue";
const GATEWAY = "the gateway reads it from the stack and runs it";
const OBSERVED = "metrics and alarms of a real account";

const DELIVERED = "releases come from repositories and accounts elsewhere";

const nothing = (): ValueObject => ({});
const named = (args: ValueObject, name: string): ValueObject => ({ id: args.name ?? name, name: args.name ?? name });

const api: LeftOut = {
  reason: GATEWAY,
  attributes: (_args, _name, { region, accountId, apiId }) => ({
    id: apiId,
    arn: `arn:aws:apigateway:${region}::/apis/${apiId}`,
    api_endpoint: `wss://${apiId}.execute-api.${region}.amazonaws.com`,
    execution_arn: `arn:aws:execute-api:${region}:${accountId}:${apiId}`,
  }),
};

const stage: LeftOut = {
  reason: GATEWAY,
  attributes: (args, name, { region, accountId, apiId }) => {
    const stageName = text(args.name, name);
    return {
      id: stageName,
      arn: `arn:aws:apigateway:${region}::/apis/${apiId}/stages/${stageName}`,
      execution_arn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stageName}`,
      invoke_url: `wss://${apiId}.execute-api.${region}.amazonaws.com/${stageName}`,
    };
  },
};

/** A part of the API that others refer to by its id only. */
const apiPart: LeftOut = { reason: GATEWAY, attributes: (_args, name) => ({ id: name }) };

/**
 * The resource types that the local stack does not create, by decision. A type that is neither here nor created stops
 * the start, because a type must not be skipped silently.
 */
export const LEFT_OUT_RESOURCES: { readonly [type: string]: LeftOut } = {
  aws_apigatewayv2_api: api,
  aws_apigatewayv2_authorizer: apiPart,
  aws_apigatewayv2_deployment: apiPart,
  aws_apigatewayv2_integration: apiPart,
  aws_apigatewayv2_integration_response: apiPart,
  aws_apigatewayv2_route: apiPart,
  aws_apigatewayv2_route_response: apiPart,
  aws_apigatewayv2_stage: stage,
  aws_cloudwatch_dashboard: { reason: OBSERVED, attributes: nothing },
  aws_cloudwatch_metric_alarm: { reason: OBSERVED, attributes: named },
  aws_codebuild_project: { reason: DELIVERED, attributes: named },
  aws_codepipeline: { reason: DELIVERED, attributes: named },
  aws_codestarnotifications_notification_rule: { reason: DELIVERED, attributes: named },
  aws_sqs_queue_redrive_allow_policy: { reason: SOURCES, attributes: nothing },
};

function text(value: Value | undefined, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}
