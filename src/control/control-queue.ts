import { Construct } from "constructs";
import type { CONTROL_ROUTE_KEYS } from "../contract/control";
import { CONTROL_TIMEOUT_SECONDS, VISIBILITY_TIMEOUT_FACTOR } from "../contract/limits";
import type { Encryption } from "../encryption/encryption";
import { queuePolicy } from "../integration/queue-policy";
import { QueueWithDlq } from "../integration/queue-with-dlq";
import { NAME_SUFFIXES, physicalName } from "../names";
import type { Existence } from "../terraform/existence";

export interface ControlQueueProps {
  readonly prefix: string;
  readonly encryption: Encryption;
  /** When each control route exists. */
  readonly routes: Readonly<Record<keyof typeof CONTROL_ROUTE_KEYS, Existence>>;
  /** When the queue exists: if one of the routes does. */
  readonly existence: Existence;
}

/** The queue of the clients' control frames. API Gateway sends to it, the control function receives from it. */
export class ControlQueue extends Construct {
  readonly queue: QueueWithDlq;
  readonly routes: ControlQueueProps["routes"];
  readonly existence: Existence;

  constructor(scope: Construct, id: string, { prefix, encryption, routes, existence }: ControlQueueProps) {
    super(scope, id);
    this.routes = routes;
    this.existence = existence;
    this.queue = new QueueWithDlq(this, "control_frames", {
      count: existence.count,
      name: physicalName(prefix, NAME_SUFFIXES.control),
      dlqName: physicalName(prefix, NAME_SUFFIXES.controlDlq),
      encryption,
      visibilityTimeoutSeconds: CONTROL_TIMEOUT_SECONDS * VISIBILITY_TIMEOUT_FACTOR,
    });
    queuePolicy(this, "control_frames", this.queue.queue);
    queuePolicy(this, "control_frames_dlq", this.queue.dlq);
  }
}
