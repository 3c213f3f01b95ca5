import type { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Construct } from "constructs";
import { batchSizeRule, maximumConcurrencyRule } from "../inputs/consumer-rules";
import { check } from "../inputs/rule";
import type { InvokedFunction } from "./function-subscription";
import type { QueueWithDlq } from "./queue-with-dlq";

/** How a queue's messages reach a function. */
export interface FunctionConsumerOptions {
  /**
   * Messages that one invocation takes at most, 1 to 10.
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * Invocations side by side at most, 2 to 1,000.
   * @default - as many as the account's concurrency allows
   */
  readonly maximumConcurrency?: number;
}

export interface FunctionConsumerProps extends FunctionConsumerOptions {
  readonly queue: QueueWithDlq;
  readonly function: InvokedFunction;
  /** What lets the function's role take from the queue. */
  readonly permission: IamRolePolicy;
}

/** A queue that invokes a function of the application's. */
export class FunctionConsumer extends Construct {
  /** The mapping, for what these options do not say. */
  readonly mapping: LambdaEventSourceMapping;

  constructor(scope: Construct, id: string, props: FunctionConsumerProps) {
    super(scope, id);
    const { queue, function: invoked, permission, batchSize = 10, maximumConcurrency } = props;
    check(batchSizeRule, batchSize);
    check(maximumConcurrencyRule, maximumConcurrency);
    this.mapping = new LambdaEventSourceMapping(this, "mapping", {
      eventSourceArn: queue.arn,
      functionName: invoked.arn,
      batchSize,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: maximumConcurrency === undefined ? undefined : { maximumConcurrency },
      // A mapping is refused while the role may not read its queue.
      dependsOn: [permission],
    });
  }
}
