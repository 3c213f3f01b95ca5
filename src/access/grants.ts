import type { DataAwsIamRole } from "@cdktf/provider-aws/lib/data-aws-iam-role";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { Construct } from "constructs";
import { policyDocument } from "../aws/policy-document";
import { FOLLOW_STREAM } from "../connections/connection-store";
import { SUBSCRIPTIONS_BY_CONNECTION } from "../contract/channels";
import {
  type Encryption,
  type KeyUse,
  READ_TABLE_WITH_KEY,
  RECEIVE_WITH_KEY,
  SEND_WITH_KEY,
} from "../encryption/encryption";

/** A role that gets a right: a role of the app, or a role that exists already. */
export type GrantableRole = IamRole | DataAwsIamRole;

/** What a role may be granted. */
export interface Grant {
  /** A part of the ids of the resources that grant the right. */
  readonly name: string;
  readonly statements: readonly { readonly actions: string[]; readonly resources: string[] }[];
  /** The rights to use the key that encrypts the data. */
  readonly keyUse?: Omit<KeyUse, "sid">;
}

export const sendNotifications = (topicArn: string, queueArn: string): Grant => ({
  name: "send_notifications",
  statements: [
    { actions: ["sns:Publish"], resources: [topicArn] },
    { actions: ["sqs:SendMessage"], resources: [queueArn] },
  ],
  keyUse: { actions: SEND_WITH_KEY, via: ["sqs", "sns"] },
});

export const receiveMessages = (queueArn: string): Grant => ({
  name: "receive_messages",
  statements: [
    {
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
      resources: [queueArn],
    },
  ],
  keyUse: { actions: RECEIVE_WITH_KEY, via: ["sqs"] },
});

export const subscribeMessages = (topicArn: string): Grant => ({
  name: "subscribe_messages",
  statements: [{ actions: ["sns:Subscribe"], resources: [topicArn] }],
});

export const readConnections = (tableArn: string): Grant => ({
  name: "read_connections",
  statements: [{ actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"], resources: [tableArn] }],
  keyUse: { actions: READ_TABLE_WITH_KEY, via: ["dynamodb"] },
});

/** @param stageArn - The execute-api ARN of the stage. */
export const stream = (tableArn: string, stageArn: string): Grant => ({
  name: "stream",
  statements: [
    { actions: ["dynamodb:Query"], resources: [tableArn] },
    { actions: ["execute-api:ManageConnections"], resources: [`${stageArn}/POST/@connections/*`] },
  ],
  keyUse: { actions: READ_TABLE_WITH_KEY, via: ["dynamodb"] },
});

export const followConnections = (streamArn: string): Grant => ({
  name: "follow_connections",
  statements: [{ actions: [...FOLLOW_STREAM, "dynamodb:ListStreams"], resources: [streamArn] }],
  keyUse: { actions: READ_TABLE_WITH_KEY, via: ["dynamodb"] },
});

export const readPresence = (tableArn: string): Grant => ({
  name: "read_presence",
  statements: [{ actions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"], resources: [tableArn] }],
  keyUse: { actions: READ_TABLE_WITH_KEY, via: ["dynamodb"] },
});

export const readRevocations = (tableArn: string): Grant => ({
  name: "read_revocations",
  statements: [{ actions: ["dynamodb:GetItem", "dynamodb:Scan"], resources: [tableArn] }],
  keyUse: { actions: READ_TABLE_WITH_KEY, via: ["dynamodb"] },
});

export const readHistory = (tableArn: string): Grant => ({
  name: "read_history",
  statements: [{ actions: ["dynamodb:Query"], resources: [tableArn] }],
  keyUse: { actions: READ_TABLE_WITH_KEY, via: ["dynamodb"] },
});

export const readSubscriptions = (tableArn: string): Grant => ({
  name: "read_subscriptions",
  statements: [
    {
      actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
      resources: [tableArn, `${tableArn}/index/${SUBSCRIPTIONS_BY_CONNECTION}`],
    },
  ],
  keyUse: { actions: READ_TABLE_WITH_KEY, via: ["dynamodb"] },
});

/** Gives a role a policy. If the same policy is requested again, the role still gets it once. */
export function giveTo(
  scope: Construct,
  role: GrantableRole,
  encryption: Encryption,
  { name, statements, keyUse }: Grant,
): IamRolePolicy {
  const id = `${name}_${role.node.addr}`;
  const given = scope.node.tryFindChild(`${id}_role_policy`);
  if (given !== undefined) return given as IamRolePolicy;
  const optional = encryption.statements(keyUse ? [{ sid: "UseKey", ...keyUse }] : []);
  const document = policyDocument(scope, `${id}_policy_document`, statements, { optional });
  return new IamRolePolicy(scope, `${id}_role_policy`, {
    namePrefix: "sumu-",
    role: role.id,
    policy: document.json,
  });
}
