import type { HANDLER_OUTPUTS, HandlerName } from "../contract/handlers";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE } from "../contract/metrics";
import type { QueueKey } from "./handler-rows";

/** A metric in CloudWatch. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The names that AWS uses for a SUMU's parts. If a part does not exist, its name has no data. */
export interface StackNames {
  /** `<prefix>-sumu`. */
  readonly stack: string;
  readonly api: { readonly apiId: string; readonly stageName: string };
  readonly functions: Readonly<Record<HandlerName, string>>;
  readonly queues: Readonly<Record<QueueKey, string>>;
  readonly topics: Readonly<Record<"messages" | "notifications", string>>;
  readonly connectionsTable: string;
}

type NamesOf<Set> = Set extends { readonly units: infer Units } ? keyof Units : never;
type HandlerMetricName = NamesOf<(typeof HANDLER_OUTPUTS)[HandlerName]["metrics"][number]> & string;

/** Every metric that alarms and dashboard use, by its source. */
export class StackMetrics {
  constructor(readonly names: StackNames) {}

  /** A metric that the handlers send. */
  own(name: HandlerMetricName): Metric {
    return { namespace: METRIC_NAMESPACE, name, dimensions: { [METRIC_DIMENSIONS.stack]: this.names.stack } };
  }

  /** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
  api(
    name:
      | "ConnectCount"
      | "MessageCount"
      | "ClientError"
      | "IntegrationError"
      | "ExecutionError"
      | "IntegrationLatency",
  ): Metric {
    const { apiId, stageName } = this.names.api;
    return { namespace: "AWS/ApiGateway", name, dimensions: { ApiId: apiId, Stage: stageName } };
  }

  /** @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
  function(
    key: HandlerName,
    name: "Errors" | "Throttles" | "Duration" | "ConcurrentExecutions" | "IteratorAge" | "DestinationDeliveryFailures",
  ): Metric {
    return { namespace: "AWS/Lambda", name, dimensions: { FunctionName: this.names.functions[key] } };
  }

  /** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
  queue(
    key: QueueKey,
    name:
      | "ApproximateNumberOfMessagesVisible"
      | "ApproximateNumberOfMessagesNotVisible"
      | "ApproximateNumberOfMessagesDelayed"
      | "ApproximateAgeOfOldestMessage"
      | "NumberOfMessagesSent",
  ): Metric {
    return { namespace: "AWS/SQS", name, dimensions: { QueueName: this.names.queues[key] } };
  }

  /** @see https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
  topic(
    key: keyof StackNames["topics"],
    name: "NumberOfMessagesPublished" | "NumberOfNotificationsFailed" | "NumberOfNotificationsFailedToRedriveToDlq",
  ): Metric {
    return { namespace: "AWS/SNS", name, dimensions: { TopicName: this.names.topics[key] } };
  }

  /**
   * The sample count is the number of these requests: of rows that were written, or removed.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
   */
  connectionsRequests(operation: "PutItem" | "DeleteItem"): Metric {
    return {
      namespace: "AWS/DynamoDB",
      name: "SuccessfulRequestLatency",
      dimensions: { TableName: this.names.connectionsTable, Operation: operation },
    };
  }

  /** The rows that expired: for these connections no `$disconnect` came. */
  connectionsExpired(): Metric {
    return {
      namespace: "AWS/DynamoDB",
      name: "TimeToLiveDeletedItemCount",
      dimensions: { TableName: this.names.connectionsTable },
    };
  }
}
