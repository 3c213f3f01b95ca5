import { readConfiguration } from "../../../handlers/authorizer/configuration";
import { fetchKeyDocument } from "../../../handlers/authorizer/fetch-key-document";
import { parseKeyDocument } from "../../../handlers/authorizer/key-document";
import { CONTROL_ENVIRONMENT } from "../../../src/contract/control-handler";
import { HISTORY_ENVIRONMENT } from "../../../src/contract/environment";
import { PRESENCE_ENVIRONMENT } from "../../../src/contract/presence-handler";
import { PUSHER_ENVIRONMENT } from "../../../src/contract/pusher-handler";
import type { FunctionState } from "../aws/read-function";
import { knock } from "../knock";
import type { Stack } from "../stack";
import { webSocketUrl } from "../web-socket-url";
import { type Check, off, ok, wrong, wrongIfAny } from "./check";

/** The connections table of the outputs, else of the presence function, which has it from the module, too. */
async function connectionsTableOf(stack: Stack): Promise<string> {
  const presence = (await stack.function("presence"))?.environment[PRESENCE_ENVIRONMENT.connectionsTable];
  return stack.target.connectionsTable ?? presence ?? stack.connectionsTable();
}

type Expected = readonly (readonly [variable: string, value: string])[];

/** The variables that do not name what they should. The last part of an address is the name. */
function misnamed({ environment, name }: FunctionState, expected: Expected): readonly string[] {
  return expected
    .filter(([variable, value]) => environment[variable]?.split("/").at(-1) !== value)
    .map(([variable, value]) => `${variable} of ${name} does not name ${value}`);
}

/** Both functions must use the same tables, or none: one writes what the other reads. */
function disagreements(control: FunctionState, pusher: FunctionState): readonly string[] {
  return [
    [HISTORY_ENVIRONMENT.table, HISTORY_ENVIRONMENT.table],
    [CONTROL_ENVIRONMENT.subscriptionsTable, PUSHER_ENVIRONMENT.subscriptionsTable],
  ].flatMap(([ours = "", theirs = ""]) =>
    (control.environment[ours] || "") === (pusher.environment[theirs] || "")
      ? []
      : [`${ours} of ${control.name} is not that of ${pusher.name}`],
  );
}

export const SETTING_CHECKS: readonly Check[] = [
  {
    id: "authorizer-settings",
    reads: "the authorizer's environment variables, with the authorizer's own code",
    wrongIf: "a variable is wrong: the authorizer does not start, and nobody can connect",
    advice: "correct the input of the module that sets the variable, and run terraform apply",
    run: async (stack) => {
      const { environment } = await stack.requireFunction("authorizer");
      try {
        readConfiguration(environment);
        return ok();
      } catch (error) {
        return wrong((error as Error).message);
      }
    },
  },
  {
    id: "issuer-keys",
    reads: "the issuer's keys, over the network of this machine, with the authorizer's own code",
    wrongIf: "the issuer does not answer, or publishes no key that SUMU can use: tokens cannot be verified",
    advice: "open issuer_jwks_uri in a browser and correct it; docs/identity-providers.md has the addresses",
    run: async (stack) => {
      const { environment } = await stack.requireFunction("authorizer");
      let url: URL;
      try {
        url = readConfiguration(environment).keysUrl;
      } catch {
        return wrong("the address of the keys is wrong: see the check authorizer-settings");
      }
      try {
        const keys = parseKeyDocument((await fetchKeyDocument(url)).body);
        return keys.length === 0
          ? wrong(`${url.origin} publishes no key that can be used`)
          : ok(`${keys.length} key${keys.length === 1 ? "" : "s"}`);
      } catch (error) {
        return wrong(`${url.origin} gives no keys: ${(error as Error).message}`);
      }
    },
  },
  {
    id: "pusher-settings",
    reads: "the pusher's environment variables",
    wrongIf: "they name another queue or table than this stack's",
    advice: "run terraform apply; a release by hand has changed the function's environment",
    run: async (stack) => {
      const expected: Expected = [
        [PUSHER_ENVIRONMENT.connectionsTable, await connectionsTableOf(stack)],
        [PUSHER_ENVIRONMENT.queueUrl, stack.name("integration-notifications")],
        [PUSHER_ENVIRONMENT.deadLetterQueueUrl, stack.name("integration-notifications-dlq")],
      ];
      return wrongIfAny(misnamed(await stack.requireFunction("pusher"), expected));
    },
  },
  {
    id: "control-settings",
    reads: "the control function's environment variables",
    wrongIf: "they name another queue or table than this stack's, or other tables than the pusher's",
    advice: "run terraform apply; a release by hand has changed the environment of one of the two functions",
    run: async (stack) => {
      const control = await stack.function("control");
      if (control === undefined) return off("the stack has no control function");
      const expected: Expected = [
        [CONTROL_ENVIRONMENT.deadLetterQueueUrl, stack.name("control-dlq")],
        ...(control.environment[CONTROL_ENVIRONMENT.subscriptionsTable]
          ? ([
              [CONTROL_ENVIRONMENT.connectionsTable, await connectionsTableOf(stack)],
              [CONTROL_ENVIRONMENT.notificationsQueueUrl, stack.name("integration-notifications")],
            ] as const)
          : []),
      ];
      const pusher = await stack.requireFunction("pusher");
      return wrongIfAny([...misnamed(control, expected), ...disagreements(control, pusher)]);
    },
  },
  {
    id: "gateway",
    reads: "the answer of the WebSocket API to a client without a token",
    wrongIf: "the API does not answer, or does not answer 401 or 403",
    advice: "check the domain and the API's stage; 500 means that the authorizer fails: read its log with sumu why",
    run: async (stack) => {
      const url = await webSocketUrl(stack);
      try {
        const status = await knock(url);
        return status === 401 || status === 403
          ? ok(`${status} without a token, as it should be`)
          : wrong(`${url.origin} answers ${status}`);
      } catch (error) {
        return wrong(`${url.origin} does not answer (${(error as NodeJS.ErrnoException).code ?? "timeout"})`);
      }
    },
  },
];
