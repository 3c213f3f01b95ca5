/**
 * What the handlers and the module of this version agree on. It grows when one of them needs something new of the other:
 *
 * - 1: what handlers spoke before they could be asked.
 * - 2: protocol, end and revocations: the authorizer's context names, the row's `protocol`, requests to revoke.
 * - 3: history: the pusher writes it before it posts.
 * - 4: channels: the authorizer's `grants`, the table of subscriptions, notifications to channels and who has posted them.
 *
 * A newer handler works with an older module, so a stack needs a least version only.
 */
export const CONTRACT_VERSION = 4;

/**
 * The event that asks a handler for its version. API Gateway's events have a `methodArn`, those of SQS, SNS and DynamoDB
 * `Records`: none of them has this member alone, whatever a client or a sender writes. Only who may invoke the function asks.
 */
export const VERSION_QUESTION = { sumu: "version" } as const;

/** What a handler answers to {@link VERSION_QUESTION}. */
export interface VersionAnswer {
  readonly contract: number;
}
