/** The watchdog's environment, with every service at one local endpoint. Events go to the topic, without a grace. */
export function environmentFor(endpoint: string): Record<string, string> {
  return {
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "session",
    AWS_ENDPOINT_URL: endpoint,
    CONNECTIONS_TABLE: "acme-sumu-connections",
    PRESENCE_TABLE: "acme-sumu-presence",
    PRESENCE_SOURCE: "topic",
    MESSAGES_TOPIC_ARN: "arn:aws:sns:eu-central-1:000000000000:acme-sumu-messages",
    MESSAGES_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-messages",
    PRESENCE_GRACE_SECONDS: "0",
    PRESENCE_GRACE_QUEUE_URL: "",
    PRESENCE_DLQ_URL: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-dlq",
  };
}
