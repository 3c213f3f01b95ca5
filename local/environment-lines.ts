import type { StackInfo } from "./stack-info";

/**
 * Lines for a shell that connect its programs to a running stack: the AWS SDKs and the AWS CLI to the local AWS, and
 * the backends of examples/ to the stack's queues, topics and tables.
 */
export function environmentLines(stack: StackInfo): string {
  const variables: readonly (readonly [string, string | null | undefined])[] = [
    ["AWS_ENDPOINT_URL", stack.aws_endpoint_url],
    ["AWS_REGION", stack.region],
    ["AWS_DEFAULT_REGION", stack.region],
    ["AWS_ACCESS_KEY_ID", stack.aws_access_key_id],
    ["AWS_SECRET_ACCESS_KEY", stack.aws_secret_access_key],
    ["WEBSOCKET_URL", stack.websocket_url],
    ["CONNECTIONS_URL", stack.websocket_url.replace(/^ws/, "http")],
    ["NOTIFICATIONS_QUEUE_URL", stack.notifications.queue.url],
    ["NOTIFICATIONS_TOPIC_ARN", stack.notifications.topic.arn],
    ["MESSAGES_QUEUE_URL", stack.messages.queue.url],
    ["MESSAGES_TOPIC_ARN", stack.messages.topic.arn],
    ["CONNECTIONS_TABLE_NAME", stack.connections_table.name],
    ["PRESENCE_TABLE_NAME", stack.presence_table?.name],
  ];
  const set = variables.flatMap(([name, value]) => (value ? [`export ${name}=${quoted(value)}`] : []));
  // The SDKs would prefer a profile, or would also send a real session's token.
  return ["unset AWS_PROFILE AWS_SESSION_TOKEN", ...set].join("\n");
}

/** Puts a text in single quotes. A POSIX shell reads everything between them as plain text. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
