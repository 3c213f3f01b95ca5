/** What the authorizer's answer carries beside the policy: names of ours, none of which API Gateway uses itself. */
export const AUTHORIZER_CONTEXT = {
  /** Why it refused. `$context.authorizer.refusal` in the access log. */
  refusal: "refusal",
} as const;
