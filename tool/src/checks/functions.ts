import { GetFunctionConcurrencyCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { AUTHORIZER_ENVIRONMENT } from "../../../src/contract/authorizer-handler";
import { CONTROL_ENVIRONMENT } from "../../../src/contract/control-handler";
import { HISTORY_ENVIRONMENT } from "../../../src/contract/environment";
import { RELEASE_ALIAS } from "../../../src/contract/handlers";
import { PUSHER_ENVIRONMENT } from "../../../src/contract/pusher-handler";
import { VERSION_QUESTION } from "../../../src/contract/version";
import type { FunctionState } from "../aws/read-function";
import type { Stack, StackFunction } from "../stack";
import { type Check, wrongIfAny } from "./check";

const HANDLERS: readonly StackFunction[] = ["authorizer", "pusher", "presence", "control"];
/** The stack has these in every configuration. */
const ALWAYS: readonly StackFunction[] = ["authorizer", "pusher"];

async function functionsOf(stack: Stack): Promise<readonly FunctionState[]> {
  const found = await Promise.all(HANDLERS.map((handler) => stack.function(handler)));
  return found.filter((state) => state !== undefined);
}

/** The oldest contract version that the stack's settings work with. A handler that is older ignores a setting. */
async function neededContract(stack: Stack): Promise<number> {
  const authorizer = (await stack.function("authorizer"))?.environment ?? {};
  const pusher = (await stack.function("pusher"))?.environment ?? {};
  const control = (await stack.function("control"))?.environment ?? {};
  if (pusher[PUSHER_ENVIRONMENT.subscriptionsTable] || control[CONTROL_ENVIRONMENT.subscriptionsTable]) return 4;
  if (pusher[HISTORY_ENVIRONMENT.table] || control[HISTORY_ENVIRONMENT.table]) return 3;
  const { endConnectionsWithToken, revocationsTable, allowedOrigins } = AUTHORIZER_ENVIRONMENT;
  const isNew =
    authorizer[endConnectionsWithToken] === "true" || authorizer[revocationsTable] || authorizer[allowedOrigins];
  return isNew ? 2 : 1;
}

/** A handler before version 2 does not know the question, and answers something else. */
async function contractOf(stack: Stack, FunctionName: string): Promise<number> {
  const { Payload } = await stack.clients.lambda.send(
    new InvokeCommand({ FunctionName, Qualifier: RELEASE_ALIAS, Payload: JSON.stringify(VERSION_QUESTION) }),
  );
  try {
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString()) as { contract?: unknown } | null;
    return typeof answer?.contract === "number" ? answer.contract : 1;
  } catch {
    return 1;
  }
}

export const FUNCTION_CHECKS: readonly Check[] = [
  {
    id: "functions",
    reads: "the state of each function and of its last update",
    wrongIf: "a function is missing, is not active, or its last update failed",
    advice: "run terraform apply; for a failed update, read its reason with aws lambda get-function-configuration",
    run: async (stack) => {
      const missing = await Promise.all(
        ALWAYS.map(async (handler) => ((await stack.function(handler)) ? [] : [`there is no ${handler} function`])),
      );
      const faults = (await functionsOf(stack)).flatMap(({ name, state, lastUpdate }) => [
        ...(state === "Failed" ? [`${name} is ${state}`] : []),
        ...(lastUpdate === "Failed" ? [`the last update of ${name} failed`] : []),
      ]);
      return wrongIfAny([...missing.flat(), ...faults]);
    },
  },
  {
    id: "release-alias",
    reads: `the alias "${RELEASE_ALIAS}" of each function`,
    wrongIf: "a function has no such alias: all calls of the function fail",
    advice: "run terraform apply, or release the function again with its pipeline",
    run: async (stack) => {
      const functions = await functionsOf(stack);
      const without = functions.filter(({ version }) => version === undefined);
      const versions = functions.map(({ name, version }) => `${stack.shortName(name)} ${version}`).join(", ");
      return wrongIfAny(
        without.map(({ name }) => `${name} has no alias ${RELEASE_ALIAS}`),
        versions,
      );
    },
  },
  {
    id: "concurrency",
    reads: "the reserved concurrency of each function",
    wrongIf: "it is 0: Lambda does not run the function",
    advice: "aws lambda delete-function-concurrency, unless somebody stopped the function on purpose",
    run: async (stack) => {
      const faults = await Promise.all(
        (await functionsOf(stack)).map(async ({ name }) => {
          const command = new GetFunctionConcurrencyCommand({ FunctionName: name });
          const { ReservedConcurrentExecutions: reserved } = await stack.clients.lambda.send(command);
          return reserved === 0 ? [`${name} has the reserved concurrency 0`] : [];
        }),
      );
      return wrongIfAny(faults.flat());
    },
  },
  {
    id: "contract",
    reads: "which version of the contract each released function speaks (it invokes the function with a question)",
    wrongIf: "the version is older than the stack's settings need: the function ignores a setting",
    advice: "release a newer version of the function: run its pipeline, or terraform apply",
    run: async (stack) => {
      const needed = await neededContract(stack);
      const answers = await Promise.all(
        (await functionsOf(stack))
          .filter(({ version }) => version !== undefined)
          .map(async ({ name }) => {
            const startedAt = performance.now();
            const contract = await contractOf(stack, name);
            return { name, contract, milliseconds: Math.round(performance.now() - startedAt) };
          }),
      );
      return wrongIfAny(
        answers
          .filter(({ contract }) => contract < needed)
          .map(({ name, contract }) => `${name} speaks version ${contract}, the stack needs ${needed}`),
        answers
          .map(({ name, contract, milliseconds }) => `${stack.shortName(name)} ${contract} in ${milliseconds} ms`)
          .join(", "),
      );
    },
  },
];
