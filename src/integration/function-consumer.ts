import type { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Construct } from "constructs";
import { batchSizeRule, maximumConcurrencyRule } from "../inputs/consumer-rules";
import { check } from "../inputs/rule";
import type { InvokedFunction } from "./function-subscription";
import type { QueueWithDlq } from "./queue-with-dlq";

/** How a function gets a queue's messages. */
export interface FunctionConsumerOptions {
  /**
   * How many messages one invocation gets at most, 1 to 10.
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * How many invocations run at the same time at most, 2 to 1,000.
   * @default - as many as the account's concurrency allows
   */
  readonly maximumConcurrency?: number;
}

export interface FunctionConsumerProps extends FunctionConsumerOptions {
  readonly queue: QueueWithDlq;
  readonly function: InvokedFunction;
  /** The rights that let the function's role receive from the queue. */
  readonly permission: IamRolePolicy;
}

/** A queue that invokes one of the application's functions. */
export class FunctionConsumer extends Construct {
  /** The mapping, for settings that these options do not have. */
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
      // AWS refuses a mapping while the role may not read its queue.
      dependsOn: [permission],
    });
  }
}
