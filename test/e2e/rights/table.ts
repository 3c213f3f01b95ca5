import type { Behaviour } from "./behaviours";

/** A right, and the behaviour that fails without it: see {@link Right} for the words. One line for each right. */
export type Row = readonly [where: string, sid: string, action: string, behaviour: Behaviour];

const LOG = ["logs:CreateLogStream", "logs:PutLogEvents"];
const POLL_QUEUE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
const POLL_STREAM = ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"];
const rows = (where: string, sid: string, actions: readonly string[], behaviour: Behaviour): Row[] =>
  actions.map((action) => [where, sid, action, behaviour]);

export const ROWS: readonly Row[] = [
  ["role gateway", "KeepConnections", "dynamodb:PutItem", "a client connects"],
  ["role gateway", "KeepConnections", "dynamodb:DeleteItem", "the row of a closed connection goes"],
  ["role gateway", "PublishMessages", "sns:Publish", "publish is acknowledged"],
  ["role gateway", "SendMessages", "sqs:SendMessage", "send is acknowledged"],

  ...rows("role authorizer", "WriteOwnLog", LOG, "the authorizer logs"),
  ["role authorizer/revocations", "FindRevocation", "dynamodb:GetItem", "a client connects"],

  ...rows("role pusher", "WriteOwnLog", LOG, "the pusher logs"),
  ["role pusher", "FindConnections", "dynamodb:Query", "a notification by the topic arrives"],
  ["role pusher", "FindConnections", "dynamodb:Scan", "a broadcast arrives"],
  ["role pusher", "FindConnections", "dynamodb:DeleteItem", "the row of a connection that is gone goes"],
  ["role pusher", "PostToConnections", "execute-api:ManageConnections", "a notification by the topic arrives"],
  ["role pusher", "CloseSlowConsumers", "execute-api:ManageConnections", "a disconnected user's connection closes"],
  ...rows("role pusher", "TakeNotificationsAndContinueThem", POLL_QUEUE, "a notification by the queue arrives"),
  ["role pusher", "TakeNotificationsAndContinueThem", "sqs:SendMessage", "the rest of a request waits in the queue"],
  ["role pusher", "GiveUp", "sqs:SendMessage", "a malformed notification is a dead letter"],
  ["role pusher/revocations", "Revoke", "dynamodb:UpdateItem", "a revoked user's connection closes"],

  ...rows("role presence", "WriteOwnLog", LOG, "the watchdog logs"),
  ...rows("role presence", "FollowConnections", POLL_STREAM, "ONLINE is told by the topic"),
  ["role presence", "CountConnections", "dynamodb:Query", "ONLINE is told by the topic"],
  ...rows("role presence", "KeepStates", ["dynamodb:GetItem", "dynamodb:UpdateItem"], "ONLINE is told by the topic"),
  ["role presence", "PublishEvents", "sns:Publish", "ONLINE is told by the topic"],
  ["role presence", "SendEvents", "sqs:SendMessage", "ONLINE is told by the queue"],
  ["role presence", "GiveUp", "sqs:SendMessage", "a change of presence that no try can settle is a dead letter"],
  ...rows("role presence/grace", "WaitForGrace", ["sqs:SendMessage", ...POLL_QUEUE], "OFFLINE is told after the grace"),
  ["role presence/limit", "CloseConnections", "execute-api:ManageConnections", "the connection above the limit closes"],
  ["role presence/limit", "RemoveGoneConnections", "dynamodb:DeleteItem", "the row above the limit goes"],

  ["role pusher/history", "KeepHistory", "dynamodb:BatchWriteItem", "a missed notification is recovered"],

  ["role gateway/frames", "SendControlFrames", "sqs:SendMessage", "a missed notification is recovered"],
  ...rows("role control", "WriteOwnLog", LOG, "the control function logs"),
  ...rows("role control", "TakeControlFrames", POLL_QUEUE, "a missed notification is recovered"),
  ["role control", "AnswerClients", "execute-api:ManageConnections", "a missed notification is recovered"],
  ["role control", "GiveUp", "sqs:SendMessage", "a control frame that no route has sent is a dead letter"],
  ["role control/history", "ReadHistory", "dynamodb:Query", "a missed notification is recovered"],
  ["role control/history", "RecoverAlone", "dynamodb:UpdateItem", "a missed notification is recovered"],
  ["role control/subscriptions", "FindConnection", "dynamodb:GetItem", "a post reaches its channel"],
  ["role control/subscriptions", "KeepSubscriptions", "dynamodb:UpdateItem", "a post reaches its channel"],
  ["role control/subscriptions", "FindSubscriptionsOfConnection", "dynamodb:Query", "a post reaches its channel"],
  ["role control/subscriptions", "PostToChannels", "sqs:SendMessage", "a post reaches its channel"],
  ["role control/subscriptions", "KeepSubscriptions", "dynamodb:DeleteItem", "a closed connection leaves its channels"],
  ["role presence/channels", "CleanUpChannels", "sqs:SendMessage", "a closed connection leaves its channels"],
  ["role pusher/subscriptions", "FindSubscriptions", "dynamodb:Query", "a post reaches its channel"],
  [
    "role pusher/subscriptions",
    "FindSubscriptions",
    "dynamodb:DeleteItem",
    "a gone connection's row goes from its channel",
  ],

  ["trust of gateway", "", "sts:AssumeRole", "a client connects"],
  ["trust of authorizer", "", "sts:AssumeRole", "a client connects"],
  ["trust of pusher", "", "sts:AssumeRole", "a notification by the topic arrives"],
  ["trust of presence", "", "sts:AssumeRole", "ONLINE is told by the topic"],
  ["trust of control", "", "sts:AssumeRole", "a missed notification is recovered"],

  ["function authorizer-codeless", "InvokeByAuthorizer", "lambda:InvokeFunction", "a client connects"],
  [
    "function pusher-codeless",
    "InvokeByNotificationsTopic",
    "lambda:InvokeFunction",
    "a notification by the topic arrives",
  ],
  [
    "queue notifications-dlq",
    "TakeWhatTheTopicCouldNotDeliver",
    "sqs:SendMessage",
    "a notification that the topic cannot deliver is a dead letter",
  ],

  ["queue control", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue control-dlq", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue messages", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue messages-dlq", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue notifications", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue notifications-dlq", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue presence-dlq", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue presence-grace", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["queue presence-grace-dlq", "RefuseWithoutTls", "sqs:*", "a call without TLS is refused"],
  ["topic messages", "RefuseWithoutTls", "all", "a call without TLS is refused"],
  ["topic notifications", "RefuseWithoutTls", "all", "a call without TLS is refused"],
];

const OWN_SERVICES =
  "SNS's own default for a topic: CloudWatch and other services of the account publish by it. No such service runs here";

/** Rights that no behaviour here needs, with the reason why each stays. */
export const ONLY_ON_AWS: readonly (readonly [where: string, sid: string, action: string, reason: string])[] = [
  ["topic messages", "AllowOwner", "all", OWN_SERVICES],
  ["topic notifications", "AllowOwner", "all", OWN_SERVICES],
];
