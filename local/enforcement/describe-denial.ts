import type { Decision } from "./decision";

/**
 * The place in the code with the statements of each role, by the end of the role's name. The longest end comes first.
 */
export const SOURCES_OF_ROLES: readonly (readonly [end: string, file: string])[] = [
  ["-sumu-run-authorizer", "src/authorizer/jwt-authorizer.ts"],
  ["-sumu-run-pusher", "src/pusher/pusher.ts"],
  ["-sumu-run-presence", "src/presence/presence-watchdog.ts"],
  ["-sumu", "src/gateway/routes.ts"],
];

/** The place in the code with the statements that allow a service to act, by action. */
export const SOURCES_FOR_SERVICES: { readonly [action: string]: string } = {
  "lambda:InvokeFunction":
    "an aws_lambda_permission, in src/authorizer/jwt-authorizer.ts or src/integration/function-subscription.ts",
  "sqs:SendMessage": "the queue's policy, in src/integration/dead-letter-queue.ts or src/integration/queue-policy.ts",
  "sts:AssumeRole": "the trust policy of the role, in src/aws/service-role.ts",
};

/** Describes a denial: who, which action, on which resource, and where the statement belongs. */
export function describeDenial({ principal, action, resource, sid, explicit }: Decision): string {
  const what = `AccessDenied: ${principal} may not call ${action} on ${resource}.`;
  if (explicit) return `${what} The statement ${sid || "without a sid"} denies it.`;
  const role = SOURCES_OF_ROLES.find(([end]) => principal.endsWith(end));
  if (role !== undefined) {
    return `${what} No statement of the role allows it: add ${action} to a statement in ${role[1]}.`;
  }
  const place = SOURCES_FOR_SERVICES[action];
  return `${what} No statement allows it${place === undefined ? "." : `: add ${place}.`}`;
}
