import { AUTHORIZER_ENVIRONMENT } from "../../../src/contract/authorizer-handler";
import { SUBSCRIPTION, SUBSCRIPTIONS_BY_CONNECTION } from "../../../src/contract/channels";
import { CONTROL_ENVIRONMENT } from "../../../src/contract/control-handler";
import { HISTORY_ENVIRONMENT } from "../../../src/contract/environment";
import { HISTORY } from "../../../src/contract/history";
import { PRESENCE_ENVIRONMENT } from "../../../src/contract/presence-handler";
import { PUSHER_ENVIRONMENT } from "../../../src/contract/pusher-handler";
import { CONNECTION, REVOCATION } from "../../../src/contract/tables";
import { readTable } from "../aws/read-table";
import type { Stack, StackFunction } from "../stack";
import { type Check, off, ok, wrong, wrongIfAny } from "./check";

/** The variables of the functions that name a table, and the attribute by which DynamoDB deletes the table's old rows. */
const TABLE_VARIABLES: readonly (readonly [StackFunction, string, string?])[] = [
  ["pusher", PUSHER_ENVIRONMENT.connectionsTable, CONNECTION.deleteAt],
  ["authorizer", AUTHORIZER_ENVIRONMENT.revocationsTable, REVOCATION.deleteAt],
  ["pusher", PUSHER_ENVIRONMENT.revocationsTable, REVOCATION.deleteAt],
  ["pusher", PUSHER_ENVIRONMENT.subscriptionsTable, SUBSCRIPTION.deleteAt],
  ["pusher", HISTORY_ENVIRONMENT.table, HISTORY.deleteAt],
  ["presence", PRESENCE_ENVIRONMENT.connectionsTable, CONNECTION.deleteAt],
  ["presence", PRESENCE_ENVIRONMENT.presenceTable],
  ["control", CONTROL_ENVIRONMENT.connectionsTable, CONNECTION.deleteAt],
  ["control", CONTROL_ENVIRONMENT.subscriptionsTable, SUBSCRIPTION.deleteAt],
  ["control", HISTORY_ENVIRONMENT.table, HISTORY.deleteAt],
];

interface TableInUse {
  /** The last function that uses it. */
  readonly user: string;
  readonly deleteAt?: string;
}

/** The tables that the functions use, by name. */
async function tablesInUse(stack: Stack): Promise<ReadonlyMap<string, TableInUse>> {
  const tables = new Map<string, TableInUse>();
  for (const [handler, variable, deleteAt] of TABLE_VARIABLES) {
    const state = await stack.function(handler);
    const table = state?.environment[variable];
    if (state && table) tables.set(table, { user: state.name, deleteAt });
  }
  return tables;
}

/** The table of subscriptions. Undefined: there are no channels. */
async function subscriptionsTable(stack: Stack): Promise<string | undefined> {
  const control = (await stack.function("control"))?.environment[CONTROL_ENVIRONMENT.subscriptionsTable];
  return control || (await stack.function("pusher"))?.environment[PUSHER_ENVIRONMENT.subscriptionsTable] || undefined;
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
        [...tables].map(async ([name, { user }]) => {
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
    reads: "the time to live of the tables of connections, revocations, history and subscriptions",
    wrongIf: "it is off, or is by another attribute: old rows stay, so reads become slow and expensive",
    advice: "run terraform apply: it sets the time to live again",
    run: async (stack) => {
      const dying = [...(await tablesInUse(stack))].filter(([, { deleteAt }]) => deleteAt !== undefined);
      const faults = await Promise.all(
        dying.map(async ([name, { deleteAt }]) => {
          const table = await readTable(stack.clients.dynamodb, name);
          if (table === undefined) return [`there is no table ${name}`];
          return table.timeToLive === deleteAt ? [] : [`DynamoDB does not delete old rows of ${name} by ${deleteAt}`];
        }),
      );
      return wrongIfAny(faults.flat(), `${dying.length} tables`);
    },
  },
  {
    id: "subscriptions-index",
    reads: `the index ${SUBSCRIPTIONS_BY_CONNECTION} of the table of subscriptions`,
    wrongIf: "it is missing, not active, or has other keys: nobody can join channels or leave them",
    advice: "run terraform apply: it creates the index again, which takes minutes",
    run: async (stack) => {
      const name = await subscriptionsTable(stack);
      if (name === undefined) return off("the stack has no channels");
      const table = await readTable(stack.clients.dynamodb, name);
      if (table === undefined) return wrong(`there is no table ${name}`);
      const index = table.indexes.find((one) => one.name === SUBSCRIPTIONS_BY_CONNECTION);
      if (index === undefined) return wrong(`the table ${name} has no index ${SUBSCRIPTIONS_BY_CONNECTION}`);
      const [keys, expected] = [index.keys.join(" and "), `${SUBSCRIPTION.connectionId} and ${SUBSCRIPTION.channel}`];
      if (keys !== expected) return wrong(`the index ${index.name} of ${name} has the keys ${keys}, not ${expected}`);
      return ["ACTIVE", "UPDATING"].includes(index.status) ? ok() : wrong(`the index ${index.name} is ${index.status}`);
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
