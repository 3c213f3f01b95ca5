import type { AssumeRole, IdentifyCaller } from "../../emulator/gateway/start-gateway";
import type { AwsAccess } from "../backend/aws";
import { createQueryApi, textOf } from "../backend/query-api";
import { signedFetch } from "../backend/signed-fetch";

/** Sessions last an hour. A new session replaces the old one well before that. */
const SESSION_LIFE_MILLISECONDS = 45 * 60_000;

/** API Gateway's sessions of the roles that integrations name. The role must trust API Gateway. */
export function assumeRolesWith(access: AwsAccess): AssumeRole {
  const query = createQueryApi(access);
  const sessions = new Map<string, { readonly session: ReturnType<AssumeRole>; readonly until: number }>();
  const assume: AssumeRole = async (RoleArn) => {
    // The local AWS checks the role's trust in the service that the session is named after.
    const answer = await query("sts", "AssumeRole", { RoleArn, RoleSessionName: "apigateway.amazonaws.com" });
    const part = (name: string): string => textOf(answer, name) ?? "";
    return {
      accessKeyId: part("AccessKeyId"),
      secretAccessKey: part("SecretAccessKey"),
      sessionToken: part("SessionToken"),
    };
  };
  return (roleArn) => {
    const known = sessions.get(roleArn);
    if (known && known.until > Date.now()) return known.session;
    const session = assume(roleArn);
    sessions.set(roleArn, { session, until: Date.now() + SESSION_LIFE_MILLISECONDS });
    session.catch(() => sessions.delete(roleArn));
    return session;
  };
}

interface Answer {
  readonly known: boolean;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly arn: string;
  readonly decision: keyof typeof DECISIONS;
}

const DECISIONS = { Allow: "allow", Deny: "explicit deny", ImplicitDeny: "implicit deny" } as const;

/**
 * How long the local AWS's answer is used again. A broadcast asks once and not for each connection. A changed policy
 * acts this much later; on AWS it takes seconds.
 */
export const CALLER_MILLISECONDS = 200;

/**
 * Asks the local AWS who calls @connections, and whether the policies of the caller's role allow it.
 *
 * @param now - epoch milliseconds
 */
export function identifyCallersWith(access: AwsAccess, now: () => number = Date.now): IdentifyCaller {
  const callers = new Map<string, { readonly caller: ReturnType<IdentifyCaller>; readonly until: number }>();
  const ask: IdentifyCaller = async (accessKeyId, resource) => {
    const question = { accessKeyId, action: "execute-api:ManageConnections", resource };
    const response = await signedFetch(access, "sts", "/_sumu/authorize", JSON.stringify(question), {});
    const { known, secretAccessKey, sessionToken, arn, decision } = (await response.json()) as Answer;
    if (!known) return undefined;
    return { credentials: { accessKeyId, secretAccessKey, sessionToken }, arn, decision: DECISIONS[decision] };
  };
  return (accessKeyId, resource) => {
    const key = `${accessKeyId} ${resource}`;
    const before = callers.get(key);
    if (before && before.until > now()) return before.caller;
    const caller = ask(accessKeyId, resource);
    callers.set(key, { caller, until: now() + CALLER_MILLISECONDS });
    // Anybody can send an access key that nobody has: such keys must not fill the memory.
    const forget = (): void => void callers.delete(key);
    caller.then((found) => found ?? forget(), forget);
    return caller;
  };
}
