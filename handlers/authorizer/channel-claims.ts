import { MAX_GRANTS_BYTES } from "../../src/contract/channels";
import { formatGrants, isChannelPattern } from "../shared/channel-access";
import type { Claims } from "./claims";

/** The claims with the patterns of channels. Absent: no claim gives that right. */
export interface ChannelClaims {
  readonly subscribe?: string;
  readonly post?: string;
}

/** What a token says about channels. */
export interface CompiledGrants {
  /** For the authorizer's context. Empty: the user may subscribe to public channels only. */
  readonly grants: string;
  /**
   * How many values of the claims are not patterns. They give no right, and do not refuse the token: a claim like `scope` or
   * `permissions` also has values for other services.
   */
  readonly ignored: number;
}

/**
 * API Gateway accepts 8,192 bytes from an authorizer. The rest is for the policy and the other values.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
const MAX_USER_AND_GRANTS_BYTES = 7_500;

/**
 * Compiles the claims of a token into the text of its grants. A claim is a list of patterns, or a text with patterns that
 * spaces separate, as `scope` is.
 */
export function compileGrants(claims: Claims, { subscribe, post }: ChannelClaims): CompiledGrants {
  const lists = [subscribe, post].map((name) => patternsOf(name === undefined ? undefined : claims[name]));
  const [forSubscribe, forPost] = lists.map(({ patterns }) => patterns);
  return {
    grants: formatGrants({ subscribe: forSubscribe ?? [], post: forPost ?? [] }),
    ignored: lists.reduce((sum, { ignored }) => sum + ignored, 0),
  };
}

/** Whether the grants can reach the routes. They are never cut: the user would lose rights and nobody would know why. */
export function grantsFit(grants: string, userId: string): boolean {
  const bytes = Buffer.byteLength(grants);
  return bytes <= MAX_GRANTS_BYTES && bytes + Buffer.byteLength(JSON.stringify(userId)) <= MAX_USER_AND_GRANTS_BYTES;
}

function patternsOf(claim: unknown): { readonly patterns: readonly string[]; readonly ignored: number } {
  const values = valuesOf(claim);
  const patterns = values.filter(isChannelPattern);
  return { patterns: [...new Set(patterns)], ignored: values.length - patterns.length };
}

function valuesOf(claim: unknown): readonly unknown[] {
  if (claim === undefined || claim === null) return [];
  if (typeof claim === "string") return claim.split(" ").filter((value) => value !== "");
  return Array.isArray(claim) ? claim : [claim];
}
