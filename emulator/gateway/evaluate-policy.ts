import type { JsonObject } from "./authorizer-result";

export type Decision = "allow" | "explicit deny" | "implicit deny";

/** The end of a refusal's message, as API Gateway writes it. */
export function describeDenial(decision: Exclude<Decision, "allow">, action: string): string {
  return decision === "explicit deny"
    ? "with an explicit deny in an identity-based policy"
    : `because no identity-based policy allows the ${action} action`;
}

/**
 * Evaluates an authorizer's policy document for one method. A deny wins. If no statement allows the method, it is
 * denied.
 *
 * @throws Error for a document that API Gateway would refuse, and for conditions and Not elements, which this gateway
 * does not evaluate.
 */
export function evaluatePolicy(document: JsonObject, methodArn: string): Decision {
  const statements = ([] as unknown[]).concat(document.Statement ?? []);
  if (statements.length === 0) throw new Error("policyDocument has no Statement");
  const effects = statements.map((statement) => effectOn(statement as JsonObject, methodArn));
  if (effects.includes("Deny")) return "explicit deny";
  return effects.includes("Allow") ? "allow" : "implicit deny";
}

function effectOn(statement: JsonObject, methodArn: string): string | undefined {
  const { Effect, Action, Resource } = statement;
  for (const unsupported of ["NotAction", "NotResource", "Condition", "NotPrincipal"]) {
    if (unsupported in statement) throw new Error(`policyDocument: ${unsupported} is not supported here`);
  }
  if (Effect !== "Allow" && Effect !== "Deny") throw new Error("policyDocument: Effect must be Allow or Deny");
  const actions = textList(Action, "Action");
  const resources = textList(Resource, "Resource");
  const isMeant =
    actions.some((action) => matches(action.toLowerCase(), "execute-api:invoke")) &&
    resources.some((resource) => matches(resource, methodArn));
  return isMeant ? Effect : undefined;
}

function textList(value: unknown, name: string): string[] {
  const list = ([] as unknown[]).concat(value ?? []);
  if (list.length === 0 || !list.every((item) => typeof item === "string")) {
    throw new Error(`policyDocument: ${name} must be text or a list of text`);
  }
  return list as string[];
}

/** IAM's wildcards: `*` for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
