import { createAuthorizer, REFUSED, signedWith } from "./authorizer";

/** Admits one token, and refuses for each reason that there is. */
export async function metricLines(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { handler, lines } = createAuthorizer({ environment });
  for (const event of [signedWith({}), ...Object.values(REFUSED)]) await handler(event, { awsRequestId: "request-1" });
  return lines;
}
