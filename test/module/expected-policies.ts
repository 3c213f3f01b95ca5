import { HANDLERS, type HandlerName } from "../../src/contract/handlers";
import type { Behaviour } from "../e2e/rights/behaviours";

/**
 * A statement. A statement of the running stack also has the behaviour that fails without it: one for all its actions, or one
 * for each action, in their order. A refusal of calls without TLS needs no behaviour: test/e2e/rights/table.ts knows it.
 */
export type Line = string | readonly [statement: string, ...behaviours: Behaviour[]];

/** What fails if no service may be the role of a handler. */
const ROLE_IN_USE: Readonly<Record<HandlerName, Behaviour>> = {
  authorizer: "a client connects",
  pusher: "a notification by the topic arrives",
  presence: "ONLINE is told by the topic",
  control: "a missed notification is recovered",
};

/** The functions whose code a delivery pipeline can release have a second name. */
const NAMES: { readonly [handler: string]: string } = {
  authorizer: "arn:lambda:function:<sumu>-authorizer-codeless | arn:lambda:function:<sumu>-authorizer-released",
  pusher: "arn:lambda:function:<sumu>-pusher-codeless | arn:lambda:function:<sumu>-pusher-released",
};

/** What each handler has, whatever it does: one service assumes its role, and inputs let it trace and use a VPC. */
const POLICIES_OF_EACH_HANDLER = Object.fromEntries(
  HANDLERS.flatMap((handler): (readonly [string, readonly Line[]])[] => [
    [
      `serverless ${handler}_execution_trust`,
      [
        [
          "Allow: lambda.amazonaws.com sts:AssumeRole if aws:SourceAccount StringEquals this account",
          ROLE_IN_USE[handler],
        ],
      ],
    ],
    [`serverless ${handler}_tracing`, ["SendTraces: xray:PutTraceSegments xray:PutTelemetryRecords on *"]],
    [
      `serverless ${handler}_vpc`,
      [
        "MakeNetworkInterfaces: ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:UnassignPrivateIpAddresses on arn:${local.partition}:ec2:${local.region}:*:*/*",
        "SeeNetworkInterfaces: ec2:DescribeNetworkInterfaces ec2:DescribeSubnets on *",
        `NotByTheFunctionItself: deny ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:UnassignPrivateIpAddresses ec2:DescribeNetworkInterfaces ec2:DescribeSubnets on * if lambda:SourceFunctionArn ArnEquals ${NAMES[handler] ?? `arn:lambda:function:<sumu>-${handler}`}`,
      ],
    ],
  ]),
);

/**
 * Who may do what with what, and when: every policy of the modules, by module and policy document, a statement a line.
 * This is the only table of rights. test/module/policies.test.ts compares it with the modules, and test/e2e/enforcement.test.ts
 * compares it with the running stack, and takes each right away.
 * `<sumu>` is `<prefix>-sumu`; `arn:sns:x` is x of this account and region; what begins with "with a key" is there for
 * `kms_key_arn` only.
 */
export const POLICIES: Readonly<Record<string, readonly Line[]>> = {
  ...POLICIES_OF_EACH_HANDLER,
  "global current": [
    "WriteLogs: logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams logs:FilterLogEvents logs:GetLogEvents logs:PutLogEvents on *",
  ],
  "global trust": ["Allow: apigateway.amazonaws.com sts:AssumeRole"],
  "serverless authorizer_build_clone": [
    "CloneRepository: codestar-connections:UseConnection codeconnections:UseConnection on ${var.github.connection_arn}",
  ],
  "serverless authorizer_build_role": [
    "WriteOwnLog: logs:CreateLogStream logs:PutLogEvents on aws_cloudwatch_log_group.authorizer_build[0]:*",
    'ReadSource: s3:GetObject s3:GetObjectVersion on var.s3_artifacts/${substr("<sumu>-release-authorizer", 0, 20)}/authorizer/*',
    "Release: lambda:GetAlias lambda:GetFunction lambda:GetFunctionConfiguration lambda:UpdateFunctionCode lambda:PublishVersion lambda:UpdateAlias on aws_lambda_function.authorizer_released[0]",
    "AskVersions: lambda:GetFunction lambda:GetFunctionConfiguration lambda:InvokeFunction on aws_lambda_function.authorizer_released[0]:*",
    "AskWhyItRuns: codepipeline:GetPipelineExecution on arn:codepipeline:<sumu>-release-authorizer",
    "with a key, UseKeyOfFunction: kms:Decrypt kms:DescribeKey kms:Encrypt on the key if kms:ViaService StringEquals lambda",
    "with a key, LetLambdaUseKey: kms:CreateGrant on the key if kms:ViaService StringEquals lambda and kms:GrantIsForAWSResource Bool true",
  ],
  "serverless authorizer_build_role_trust": [
    "Allow: codebuild.amazonaws.com sts:AssumeRole if aws:SourceAccount StringEquals this account and aws:SourceArn ArnLike arn:codebuild:project/<sumu>-build-authorizer",
  ],
  "serverless authorizer_execution": [
    [
      "WriteOwnLog: logs:CreateLogStream logs:PutLogEvents on aws_cloudwatch_log_group.authorizer:*",
      "the authorizer logs",
    ],
    "with a key, ReadOwnEnvironment: kms:Decrypt on the key if kms:EncryptionContext:aws:lambda:FunctionArn StringEquals arn:lambda:function:<sumu>-authorizer-codeless | arn:lambda:function:<sumu>-authorizer-released",
  ],
  "serverless authorizer_pipeline": [
    "ReadSource: codestar-connections:UseConnection codeconnections:UseConnection on ${var.github.connection_arn}",
    'KeepArtifacts: s3:PutObject s3:GetObject s3:GetObjectVersion on var.s3_artifacts/${substr("<sumu>-release-authorizer", 0, 20)}/authorizer/*',
    "KnowTheBucket: s3:GetBucketLocation s3:GetBucketVersioning on var.s3_artifacts",
    "Build: codebuild:StartBuild codebuild:StopBuild codebuild:BatchGetBuilds on arn:codebuild:project/<sumu>-build-authorizer",
  ],
  "serverless authorizer_pipeline_trust": ["Allow: codepipeline.amazonaws.com sts:AssumeRole"],
  "serverless control_execution": [
    [
      "WriteOwnLog: logs:CreateLogStream logs:PutLogEvents on aws_cloudwatch_log_group.control[0]:*",
      "the control function logs",
    ],
    [
      "TakeControlFrames: sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes on aws_sqs_queue.control_frames[0]",
      "a missed notification is recovered",
    ],
    [
      "AnswerClients: execute-api:ManageConnections on aws_apigatewayv2_api.websocket/var.stage_name/POST/@connections/*",
      "a missed notification is recovered",
    ],
    [
      "GiveUp: sqs:SendMessage on aws_sqs_queue.control_frames_dlq[0]",
      "a control frame that no route has sent is a dead letter",
    ],
    "with a key, ReadOwnEnvironment: kms:Decrypt on the key if kms:EncryptionContext:aws:lambda:FunctionArn StringEquals arn:lambda:function:<sumu>-control",
    "with a key, UseKeyOfMessages: kms:Decrypt kms:GenerateDataKey on the key if kms:ViaService StringEquals sqs",
  ],
  "serverless control_frames": [
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.control_frames[0] if aws:SecureTransport Bool false",
  ],
  "serverless control_frames_dlq": [
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.control_frames_dlq[0] if aws:SecureTransport Bool false",
  ],
  "serverless control_history": [
    ["ReadHistory: dynamodb:Query on aws_dynamodb_table.history[0]", "a missed notification is recovered"],
    ["RecoverAlone: dynamodb:UpdateItem on aws_dynamodb_table.history[0]", "a missed notification is recovered"],
    "with a key, UseKeyOfHistory: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
  ],
  "serverless frames": [
    ["SendControlFrames: sqs:SendMessage on aws_sqs_queue.control_frames[0]", "a missed notification is recovered"],
  ],
  "serverless gateway": [
    [
      "KeepConnections: dynamodb:PutItem dynamodb:DeleteItem on aws_dynamodb_table.connections",
      "a client connects",
      "the row of a closed connection goes",
    ],
    ["PublishMessages: sns:Publish on aws_sns_topic.messages", "publish is acknowledged"],
    ["SendMessages: sqs:SendMessage on aws_sqs_queue.messages", "send is acknowledged"],
    "with a key, UseKeyOfTables: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
    "with a key, UseKeyOfMessages: kms:Decrypt kms:GenerateDataKey on the key if kms:ViaService StringEquals sqs | sns",
  ],
  "serverless gateway_trust": [["Allow: apigateway.amazonaws.com sts:AssumeRole", "a client connects"]],
  "serverless key": [
    "KeepLogs: logs kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on * if kms:EncryptionContext:aws:logs:arn ArnLike arn:logs:log-group:/sumu/<sumu>-* | arn:logs:log-group:<sumu>-*",
    "KeepWhatTheTopicCouldNotDeliver: sns.amazonaws.com kms:Decrypt kms:GenerateDataKey on * if aws:SourceArn ArnEquals arn:sns:<sumu>-integration-notifications",
    "with topic_publishers, PublishNotificationsForThisAccount: they kms:Decrypt kms:GenerateDataKey on * if aws:SourceAccount StringEquals this account",
    "with EventBridge in topic_publishers, PublishNotifications: they kms:Decrypt kms:GenerateDataKey on *",
  ],
  "serverless messages": ["RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.messages if aws:SecureTransport Bool false"],
  "serverless messages_dlq": [
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.messages_dlq if aws:SecureTransport Bool false",
  ],
  "serverless messages_topic": [
    "AllowOwner: * sns:AddPermission sns:DeleteTopic sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:Publish sns:RemovePermission sns:SetTopicAttributes sns:Subscribe on aws_sns_topic.messages if AWS:SourceOwner StringEquals this account",
    "RefuseWithoutTls: deny * sns:AddPermission sns:DeleteTopic sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:Publish sns:RemovePermission sns:SetTopicAttributes sns:Subscribe on aws_sns_topic.messages if aws:SecureTransport Bool false",
  ],
  "serverless notifications": [
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.notifications if aws:SecureTransport Bool false",
  ],
  "serverless notifications_dlq": [
    [
      "TakeWhatTheTopicCouldNotDeliver: sns.amazonaws.com sqs:SendMessage on aws_sqs_queue.notifications_dlq if aws:SourceArn ArnEquals aws_sns_topic.notifications and aws:SourceAccount StringEquals this account",
      "a notification that the topic cannot deliver is a dead letter",
    ],
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.notifications_dlq if aws:SecureTransport Bool false",
  ],
  "serverless notifications_topic": [
    "AllowOwner: * sns:AddPermission sns:DeleteTopic sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:Publish sns:RemovePermission sns:SetTopicAttributes sns:Subscribe on aws_sns_topic.notifications if AWS:SourceOwner StringEquals this account",
    "RefuseWithoutTls: deny * sns:AddPermission sns:DeleteTopic sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:Publish sns:RemovePermission sns:SetTopicAttributes sns:Subscribe on aws_sns_topic.notifications if aws:SecureTransport Bool false",
    "with topic_publishers, PublishForThisAccount: they sns:Publish on aws_sns_topic.notifications if aws:SourceAccount StringEquals this account",
    "with EventBridge in topic_publishers, Publish: they sns:Publish on aws_sns_topic.notifications",
  ],
  "serverless limit": [
    [
      "CloseConnections: execute-api:ManageConnections on aws_apigatewayv2_api.websocket/var.stage_name/DELETE/@connections/*",
      "the connection above the limit closes",
    ],
    ["RemoveGoneConnections: dynamodb:DeleteItem on aws_dynamodb_table.connections", "the row above the limit goes"],
  ],
  "serverless presence_dlq": [
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.presence_dlq[0] if aws:SecureTransport Bool false",
  ],
  "serverless presence_execution": [
    [
      "WriteOwnLog: logs:CreateLogStream logs:PutLogEvents on aws_cloudwatch_log_group.presence[0]:*",
      "the watchdog logs",
    ],
    [
      "FollowConnections: dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator on ${aws_dynamodb_table.connections.stream_arn}",
      "ONLINE is told by the topic",
    ],
    ["CountConnections: dynamodb:Query on aws_dynamodb_table.connections", "ONLINE is told by the topic"],
    [
      "KeepStates: dynamodb:GetItem dynamodb:UpdateItem on aws_dynamodb_table.presence[0]",
      "ONLINE is told by the topic",
    ],
    ["PublishEvents: sns:Publish on aws_sns_topic.messages", "ONLINE is told by the topic"],
    ["SendEvents: sqs:SendMessage on aws_sqs_queue.messages", "ONLINE is told by the queue"],
    [
      "GiveUp: sqs:SendMessage on aws_sqs_queue.presence_dlq[0]",
      "a change of presence that no try can settle is a dead letter",
    ],
    "with a key, ReadOwnEnvironment: kms:Decrypt on the key if kms:EncryptionContext:aws:lambda:FunctionArn StringEquals arn:lambda:function:<sumu>-presence",
    "with a key, UseKeyOfTables: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
    "with a key, UseKeyOfMessages: kms:Decrypt kms:GenerateDataKey on the key if kms:ViaService StringEquals sqs | sns",
  ],
  "serverless presence_grace": [
    [
      "WaitForGrace: sqs:SendMessage sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes on aws_sqs_queue.presence_grace[0]",
      "OFFLINE is told after the grace",
    ],
  ],
  "serverless presence_grace_dlq": [
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.presence_grace_dlq[0] if aws:SecureTransport Bool false",
  ],
  "serverless presence_grace_queue": [
    "RefuseWithoutTls: deny * sqs:* on aws_sqs_queue.presence_grace[0] if aws:SecureTransport Bool false",
  ],
  "serverless pusher_build_clone": [
    "CloneRepository: codestar-connections:UseConnection codeconnections:UseConnection on ${var.github.connection_arn}",
  ],
  "serverless pusher_build_role": [
    "WriteOwnLog: logs:CreateLogStream logs:PutLogEvents on aws_cloudwatch_log_group.pusher_build[0]:*",
    'ReadSource: s3:GetObject s3:GetObjectVersion on var.s3_artifacts/${substr("<sumu>-release-pusher", 0, 20)}/pusher/*',
    "Release: lambda:GetAlias lambda:GetFunction lambda:GetFunctionConfiguration lambda:UpdateFunctionCode lambda:PublishVersion lambda:UpdateAlias on aws_lambda_function.pusher_released[0]",
    "AskVersions: lambda:GetFunction lambda:GetFunctionConfiguration lambda:InvokeFunction on aws_lambda_function.pusher_released[0]:*",
    "AskWhyItRuns: codepipeline:GetPipelineExecution on arn:codepipeline:<sumu>-release-pusher",
    "with a key, UseKeyOfFunction: kms:Decrypt kms:DescribeKey kms:Encrypt on the key if kms:ViaService StringEquals lambda",
    "with a key, LetLambdaUseKey: kms:CreateGrant on the key if kms:ViaService StringEquals lambda and kms:GrantIsForAWSResource Bool true",
  ],
  "serverless pusher_build_role_trust": [
    "Allow: codebuild.amazonaws.com sts:AssumeRole if aws:SourceAccount StringEquals this account and aws:SourceArn ArnLike arn:codebuild:project/<sumu>-build-pusher",
  ],
  "serverless pusher_execution": [
    ["WriteOwnLog: logs:CreateLogStream logs:PutLogEvents on aws_cloudwatch_log_group.pusher:*", "the pusher logs"],
    [
      "FindConnections: dynamodb:Query dynamodb:Scan dynamodb:DeleteItem on aws_dynamodb_table.connections",
      "a notification by the topic arrives",
      "a broadcast arrives",
      "the row of a connection that is gone goes",
    ],
    [
      "PostToConnections: execute-api:ManageConnections on aws_apigatewayv2_api.websocket/var.stage_name/POST/@connections/*",
      "a notification by the topic arrives",
    ],
    [
      "CloseSlowConsumers: execute-api:ManageConnections on aws_apigatewayv2_api.websocket/var.stage_name/DELETE/@connections/*",
      "a disconnected user's connection closes",
    ],
    [
      "TakeNotificationsAndContinueThem: sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:SendMessage on aws_sqs_queue.notifications",
      "a notification by the queue arrives",
      "a notification by the queue arrives",
      "a notification by the queue arrives",
      "the rest of a request waits in the queue",
    ],
    ["GiveUp: sqs:SendMessage on aws_sqs_queue.notifications_dlq", "a malformed notification is a dead letter"],
    "with a key, ReadOwnEnvironment: kms:Decrypt on the key if kms:EncryptionContext:aws:lambda:FunctionArn StringEquals arn:lambda:function:<sumu>-pusher-codeless | arn:lambda:function:<sumu>-pusher-released",
    "with a key, UseKeyOfTables: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
    "with a key, UseKeyOfMessages: kms:Decrypt kms:GenerateDataKey on the key if kms:ViaService StringEquals sqs",
  ],
  "serverless pusher_pipeline": [
    "ReadSource: codestar-connections:UseConnection codeconnections:UseConnection on ${var.github.connection_arn}",
    'KeepArtifacts: s3:PutObject s3:GetObject s3:GetObjectVersion on var.s3_artifacts/${substr("<sumu>-release-pusher", 0, 20)}/pusher/*',
    "KnowTheBucket: s3:GetBucketLocation s3:GetBucketVersioning on var.s3_artifacts",
    "Build: codebuild:StartBuild codebuild:StopBuild codebuild:BatchGetBuilds on arn:codebuild:project/<sumu>-build-pusher",
  ],
  "serverless pusher_pipeline_trust": ["Allow: codepipeline.amazonaws.com sts:AssumeRole"],
  "serverless authorizer_revocations": [
    ["FindRevocation: dynamodb:GetItem on aws_dynamodb_table.revocations[0]", "a client connects"],
    "with a key, UseKeyOfRevocations: kms:Decrypt kms:DescribeKey on the key if kms:ViaService StringEquals dynamodb",
  ],
  "serverless pusher_history": [
    ["KeepHistory: dynamodb:BatchWriteItem on aws_dynamodb_table.history[0]", "a missed notification is recovered"],
    "with a key, UseKeyOfHistory: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
  ],
  "serverless control_subscriptions": [
    ["FindConnection: dynamodb:GetItem on aws_dynamodb_table.connections", "a post reaches its channel"],
    [
      "KeepSubscriptions: dynamodb:UpdateItem dynamodb:DeleteItem on aws_dynamodb_table.subscriptions[0]",
      "a post reaches its channel",
      "a closed connection leaves its channels",
    ],
    [
      "FindSubscriptionsOfConnection: dynamodb:Query on aws_dynamodb_table.subscriptions[0]/index/by_connection",
      "a post reaches its channel",
    ],
    ["PostToChannels: sqs:SendMessage on aws_sqs_queue.notifications", "a post reaches its channel"],
    "with a key, UseKeyOfSubscriptions: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
  ],
  "serverless presence_channels": [
    ["CleanUpChannels: sqs:SendMessage on aws_sqs_queue.control_frames[0]", "a closed connection leaves its channels"],
  ],
  "serverless pusher_subscriptions": [
    [
      "FindSubscriptions: dynamodb:Query dynamodb:DeleteItem on aws_dynamodb_table.subscriptions[0]",
      "a post reaches its channel",
      "a gone connection's row goes from its channel",
    ],
    "with a key, UseKeyOfSubscriptions: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
  ],
  "serverless pusher_revocations": [
    ["Revoke: dynamodb:UpdateItem on aws_dynamodb_table.revocations[0]", "a revoked user's connection closes"],
    "with a key, UseKeyOfRevocations: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on the key if kms:ViaService StringEquals dynamodb",
  ],
  "key-policy key": [
    "KeepLogs: logs kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on * if kms:EncryptionContext:aws:logs:arn ArnLike arn:logs:log-group:/sumu/<sumu>-* | arn:logs:log-group:<sumu>-*",
    "KeepWhatTheTopicCouldNotDeliver: sns.amazonaws.com kms:Decrypt kms:GenerateDataKey on * if aws:SourceArn ArnEquals arn:sns:<sumu>-integration-notifications",
    "with topic_publishers, PublishNotificationsForThisAccount: they kms:Decrypt kms:GenerateDataKey on * if aws:SourceAccount StringEquals this account",
    "with EventBridge in topic_publishers, PublishNotifications: they kms:Decrypt kms:GenerateDataKey on *",
  ],
};
