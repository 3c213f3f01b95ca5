/** Metrics that AWS sends of itself, by namespace: as far as alarms and dashboard read them, with the dimensions they come by. */
export const AWS_METRICS: Readonly<
  Record<string, { readonly page: string; readonly metrics: Readonly<Record<string, readonly string[]>> }>
> = {
  "AWS/ApiGateway": {
    page: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html",
    metrics: {
      ConnectCount: ["ApiId,Stage"],
      MessageCount: ["ApiId,Stage"],
      IntegrationError: ["ApiId,Stage"],
      ClientError: ["ApiId,Stage"],
      ExecutionError: ["ApiId,Stage"],
      IntegrationLatency: ["ApiId,Stage"],
    },
  },
  "AWS/Lambda": {
    page: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",
    metrics: {
      Errors: ["FunctionName"],
      Throttles: ["FunctionName"],
      Duration: ["FunctionName"],
      ConcurrentExecutions: ["FunctionName"],
      IteratorAge: ["FunctionName"],
      DestinationDeliveryFailures: ["FunctionName"],
    },
  },
  "AWS/SQS": {
    page: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
    metrics: {
      ApproximateNumberOfMessagesVisible: ["QueueName"],
      ApproximateNumberOfMessagesNotVisible: ["QueueName"],
      ApproximateNumberOfMessagesDelayed: ["QueueName"],
      ApproximateAgeOfOldestMessage: ["QueueName"],
      NumberOfMessagesSent: ["QueueName"],
    },
  },
  "AWS/SNS": {
    page: "https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html",
    metrics: {
      NumberOfMessagesPublished: ["TopicName"],
      NumberOfNotificationsFailed: ["TopicName"],
      NumberOfNotificationsFailedToRedriveToDlq: ["TopicName"],
    },
  },
  "AWS/DynamoDB": {
    page: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html",
    metrics: { SuccessfulRequestLatency: ["Operation,TableName"], TimeToLiveDeletedItemCount: ["TableName"] },
  },
};
