import { CONTROL_ROUTE_KEYS } from "../contract/control";
import type { Queue } from "../outlets";
import type { Existence } from "../terraform/existence";
import { controlTemplate } from "./control-template";
import { DEFAULT_TEMPLATE, FORM_CONTENT_TYPE } from "./route";
import { ACK_OR_ERROR, type RouteRow } from "./routes";

/** The queue of the control function, and when each control route exists. */
export interface ControlTarget {
  readonly queue: Pick<Queue, "arn" | "name">;
  /** When the queue exists: if one of the routes does. */
  readonly existence: Existence;
  readonly routes: Readonly<Record<keyof typeof CONTROL_ROUTE_KEYS, Existence>>;
}

/** The control routes, by the name that is their address. They differ in nothing but their keys. */
export function controlRows({
  accountId,
  control,
}: {
  readonly accountId: string;
  readonly control: ControlTarget;
}): Readonly<Record<keyof typeof CONTROL_ROUTE_KEYS, RouteRow>> {
  // Read once: cdktf makes a new token for each read, and equal rights would not look equal.
  const { name: queueName, arn: queueArn } = control.queue;
  const names = Object.keys(CONTROL_ROUTE_KEYS) as (keyof typeof CONTROL_ROUTE_KEYS)[];
  const rows = names.map((name): [string, RouteRow] => [
    name,
    {
      target: `sqs:path/${accountId}/${queueName}`,
      requestTemplates: { [DEFAULT_TEMPLATE]: controlTemplate() },
      requestParameters: FORM_CONTENT_TYPE,
      responses: ACK_OR_ERROR,
      right: { sid: "SendControlFrames", action: "sqs:SendMessage", resource: queueArn },
      frames: { client: name, server: ["ack", "error"] },
      existence: control.routes[name],
    },
  ]);
  return Object.fromEntries(rows) as Record<keyof typeof CONTROL_ROUTE_KEYS, RouteRow>;
}
