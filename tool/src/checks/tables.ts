import { HISTORY_ENVIRONMENT } from "../../../src/contract/environment";
import { PRESENCE_ENVIRONMENT } from "../../../src/contract/presence-handler";
import { PUSHER_ENVIRONMENT } from "../../../src/contract/pusher-handler";
import { CONNECTION } from "../../../src/contract/tables";
import { readTable } from "../aws/read-table";
import type { Stack, StackFunction } from "../stack";
import { type Check, ok, wrong, wrongIfAny } from "./check";

/** The variables of the functions that name a table. */
const TABLE_VARIABLES: readonly (readonly [StackFunction, string])[] = [
  ["pusher", PUSHER_ENVIRONMENT.connectionsTable],
  ["pusher", PUSHER_ENVIRONMENT.revocationsTable],
  ["pusher", PUSHER_ENVIRONMENT.subscriptionsTable],
  ["pusher", HISTORY_ENVIRONMENT.table],
  ["presence", PRESENCE_ENVIRONMENT.connectionsTable],
  ["presence", PRESENCE_ENVIRONMENT.presenceTable],
  ["control", HISTORY_ENVIRONMENT.table],
];

/** The tables that the functions use, with the functions' names. */
async function tablesInUse(stack: Stack): Promise<ReadonlyMap<string, string>> {
  const tables = new Map<string, string>();
  for (const [handler, variable] of TABLE_VARIABLES) {
    const state = await stack.function(handler);
    const table = state?.environment[variable];
    if (state && table) tables.set(table, state.name);
  }
  return tables;
}

export const TABLE_CHECKS: readonly Check[] = [
  {
    id: "tables",
    reads: "the tables that the functions' environment variables name",
    wrongIf: "a table is missing or not active",
    advice: "run terraform apply; if it would create the table again, restore the old one from its backup first",
    run: async (stack) => {
      const tables = await tablesInUse(stack);
      const faults = await Promise.all(
        [...tables].map(async ([name, user]) => {
          const table = await readTable(stack.clients.dynamodb, name);
          if (table === undefined) return [`there is no table ${name}, which ${user} uses`];
          return ["ACTIVE", "UPDATING"].includes(table.status) ? [] : [`the table ${name} is ${table.status}`];
        }),
      );
      return wrongIfAny(faults.flat(), `${tables.size} tables`);
    },
  },
  {
    id: "time-to-live",
    reads: "the time to live of the connections table",
    wrongIf: "it is not on: rows of dead connections stay, and broadcasts become slow and expensive",
    advice: "run terraform apply: it sets the time to live again",
    run: async (stack) => {
      const name = await stack.connectionsTable();
      const table = await readTable(stack.clients.dynamodb, name);
      if (table === undefined) return wrong(`there is no table ${name}`);
      return table.timeToLive === CONNECTION.deleteAt
        ? ok()
        : wrong(`DynamoDB does not delete old rows of ${name} by ${CONNECTION.deleteAt}`);
    },
  },
  {
    id: "stream",
    reads: "the stream of the connections table",
    wrongIf: "the table has no stream: presence does not change any more",
    advice: "run terraform apply: it enables the stream and the presence function reads the new one",
    run: async (stack) => {
      const name = await stack.connectionsTable();
      const table = await readTable(stack.clients.dynamodb, name);
      return table?.streamView ? ok(table.streamView) : wrong(`the table ${name} has no stream`);
    },
  },
];
