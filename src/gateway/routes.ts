import type { CONTROL_ROUTE_KEYS } from "../contract/control";
import type { ROUTE_KEYS } from "../contract/routes";
import type { Table, TopicAndQueue } from "../outlets";
import type { Existence } from "../terraform/existence";
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
import { DEFAULT_TEMPLATE, FORM_CONTENT_TYPE, ORIGINAL_TEMPLATES, type RouteProps } from "./route";

/** A route in one row: the key that picks it, the call and its right, and the client's answer. */
export interface RouteRow
  extends Pick<RouteProps, "templateSelectionExpression" | "requestTemplates" | "requestParameters" | "responses"> {
  /**
   * The call, as the end of an integration's URI: `<service>:action/<Action>` or `<service>:path/<path>`. Absent: API
   * Gateway answers by itself.
   */
  readonly target?: string;
  /** The right that the API's role needs for it. Rows with the same `sid` share a statement. */
  readonly right?: { readonly sid: string; readonly action: string; readonly resource: string };
  /** When the route exists. Absent: always. */
  readonly existence?: Existence;
  /** True: the authorizer decides first. */
  readonly isAuthorized?: true;
  /** The client's frame and the frames that answer it, by their names in schemas/. Absent: the route has no frames. */
  readonly frames?: { readonly client: string; readonly server: readonly string[] };
}

/** The resources that the routes call. */
export interface RouteTargets {
  readonly accountId: string;
  readonly connectionsTable: Table;
  readonly messages: TopicAndQueue;
}

/** A success, or anything else. API Gateway matches the key against the service's HTTP status. */
export const ACK_OR_ERROR = [
  { id: "integration_response", key: "/200/", template: ACK_TEMPLATE },
  { id: "refused", key: "$default", template: ERROR_TEMPLATE },
];

/** $connect and $disconnect have no $default response: a refusal by DynamoDB must refuse the handshake. */
const STORED = [{ id: "integration_response", key: "/200/" }];

/** The routes that exist always, by the name that is their address. */
export function routeRows(
  targets: RouteTargets,
): Readonly<Record<Exclude<keyof typeof ROUTE_KEYS, keyof typeof CONTROL_ROUTE_KEYS>, RouteRow>> {
  const { accountId, messages } = targets;
  const { name: tableName, arn: tableArn } = targets.connectionsTable;
  const { arn: topicArn } = messages.topic;
  const keepsConnections = (action: string) => ({ sid: "KeepConnections", action, resource: tableArn });
  return {
    connect: {
      target: "dynamodb:action/PutItem",
      requestTemplates: storedTemplates(putConnectionTemplate(tableName)),
      responses: STORED,
      right: keepsConnections("dynamodb:PutItem"),
      isAuthorized: true,
    },
    disconnect: {
      target: "dynamodb:action/DeleteItem",
      requestTemplates: storedTemplates(deleteConnectionTemplate(tableName)),
      responses: STORED,
      right: keepsConnections("dynamodb:DeleteItem"),
    },
    ping: {
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
      frames: { client: "ping", server: ["pong"] },
    },
    publish: {
      target: "sns:action/Publish",
      requestTemplates: { [DEFAULT_TEMPLATE]: publishTemplate(topicArn) },
      requestParameters: FORM_CONTENT_TYPE,
      responses: ACK_OR_ERROR,
      right: { sid: "PublishMessages", action: "sns:Publish", resource: topicArn },
      frames: { client: "publish", server: ["ack", "error"] },
    },
    send: {
      target: `sqs:path/${accountId}/${messages.queue.name}`,
      requestTemplates: { [DEFAULT_TEMPLATE]: sendMessageTemplate() },
      requestParameters: FORM_CONTENT_TYPE,
      responses: ACK_OR_ERROR,
      right: { sid: "SendMessages", action: "sqs:SendMessage", resource: messages.queue.arn },
      frames: { client: "send", server: ["ack", "error"] },
    },
  };
}

/** The statements of the API's role: the rights of the rows, grouped by `sid`. */
export function routeStatements(
  rows: readonly RouteRow[],
): { readonly sid: string; readonly actions: string[]; readonly resources: string[] }[] {
  const rights = rows.flatMap(({ right = [] }) => right);
  return [...new Set(rights.map(({ sid }) => sid))].map((sid) => {
    const together = rights.filter((right) => right.sid === sid);
    return {
      sid,
      actions: [...new Set(together.map(({ action }) => action))],
      resources: [...new Set(together.map(({ resource }) => resource))],
    };
  });
}

/** The template of a request to DynamoDB, also under the original's key. */
function storedTemplates(template: string): Record<string, string> {
  return { [ORIGINAL_TEMPLATES.stored]: template, [DEFAULT_TEMPLATE]: template };
}
