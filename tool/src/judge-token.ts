import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { readConfiguration } from "../../handlers/authorizer/configuration";
import { createHandler } from "../../handlers/authorizer/create-handler";
import type { Revocations } from "../../handlers/authorizer/revocations";
import { ROUTE_KEYS, TOKEN_HEADER, TOKEN_QUERY_PARAMETER } from "../../src/contract/routes";
import { REVOCATION } from "../../src/contract/tables";
import type { Stack } from "./stack";
import { MissingRightError } from "./tool-error";

/** What the authorizer would answer. It has no part of the token but the user's id. */
export type Judgement =
  | { readonly admitted: true; readonly userId: string; readonly endsAt?: string }
  | { readonly admitted: false; readonly reason: string };

/**
 * Asks the authorizer's own code, with the settings of the stack's released authorizer, on this machine: the keys come
 * over this machine's network. The token is neither sent anywhere nor printed.
 *
 * @param origin - of the page that connects. Absent: a client that is not a browser
 * @throws ToolError when there is no authorizer or a right is missing, and Error when its settings are wrong
 */
export async function judgeToken(
  stack: Stack,
  token: string,
  { origin }: { readonly origin?: string } = {},
): Promise<Judgement> {
  const { environment } = await stack.requireFunction("authorizer");
  const { authorizedApis, tokenSource } = readConfiguration(environment);
  const lines: string[] = [];
  let missing: MissingRightError | undefined;
  const handler = createHandler(
    { ...environment, LOG_LEVEL: "info" },
    {
      clock: { now: stack.now },
      writeLog: (line) => lines.push(line),
      openRevocations: (table) =>
        revocationsIn(stack, table, (error) => {
          missing = error;
        }),
    },
  );
  const event = {
    methodArn: `${authorizedApis[0]}/${ROUTE_KEYS.connect}`,
    headers: { ...(origin && { Origin: origin }), ...(tokenSource === "header" && { [TOKEN_HEADER]: token }) },
    queryStringParameters: tokenSource === "header" ? {} : { [TOKEN_QUERY_PARAMETER]: token },
  };
  try {
    const { principalId, policyDocument, context } = await handler(event);
    if (policyDocument.Statement[0].Effect === "Deny") {
      return { admitted: false, reason: context?.refusal ?? "unknown" };
    }
    const endsAt = context?.expires_at;
    return { admitted: true, userId: principalId, ...(endsAt && { endsAt: new Date(Number(endsAt)).toISOString() }) };
  } catch {
    if (missing !== undefined) throw missing;
    // The handler has logged its reason: the keys or the revocations cannot be read.
    const failed = JSON.parse(lines.at(-1) ?? "{}") as { reason?: string };
    return { admitted: false, reason: failed.reason ?? "internal_error" };
  }
}

function revocationsIn(stack: Stack, TableName: string, onMissing: (error: MissingRightError) => void): Revocations {
  return {
    issuedBefore: async (userId) => {
      const Key = { [REVOCATION.userId]: { S: userId } };
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      const { Item } = await stack.clients.dynamodb.send(command).catch((error: unknown) => {
        if (error instanceof MissingRightError) onMissing(error);
        throw error;
      });
      const time = Item?.[REVOCATION.issuedBefore]?.N;
      return time === undefined ? undefined : Number(time);
    },
  };
}
