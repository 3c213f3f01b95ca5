import type { Clock } from "../shared/clock";
import type { Log } from "../shared/log";
import type { Clients } from "./clients";
import type { PresenceConfiguration } from "./configuration";
import type { DeadLetter } from "./handle-users";
import { limitConnections } from "./limit-connections";
import { OutOfTimeError } from "./settle-user";
import { UserConnections } from "./user-connections";

/** The code of a dead letter for a user who keeps too many connections, because they could not be closed. */
export const LIMIT_NOT_KEPT = "LIMIT_NOT_KEPT";

interface Invocation {
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly log: Log;
  readonly giveUp: (letter: DeadLetter) => Promise<void>;
  readonly counts: { closed: number };
}

/** Reduces a user's connections to the limit. Called for each user who has opened a connection. */
export type ConnectionLimit = (userId: string, itemIdentifiers: readonly string[]) => Promise<void>;

/**
 * The limit from the configuration; undefined if there is none. If connections cannot be closed, the record is not
 * tried again, because all users behind it in the stream would wait. Instead there is a dead letter, and the user's
 * next connection causes the next try. The record is tried again only if time ran out.
 */
export function connectionLimit(
  { limit, connectionsTable }: PresenceConfiguration,
  { dynamoDb, connections: api }: Clients,
  { clock, deadline, log, giveUp, counts }: Invocation,
): ConnectionLimit | undefined {
  if (limit === undefined || api === undefined) return undefined;
  const table = new UserConnections(dynamoDb, connectionsTable, deadline);
  return async (userId, itemIdentifiers) => {
    const fields = { records: itemIdentifiers.length, firstRecord: itemIdentifiers[0] };
    try {
      const outcome = await limitConnections(
        { userId, limit: limit.connectionsPerUser, deadline },
        { table, api, clock, onClosed: () => counts.closed++ },
      );
      if (outcome.closed + outcome.gone > 0) log.info("connections_closed", { ...fields, ...outcome });
    } catch (error) {
      if (error instanceof OutOfTimeError) throw error;
      const { name, code, operation } = error as { name?: string; code?: string; operation?: string };
      log.error("limit_not_kept", { ...fields, failure: code ?? name, operation });
      await giveUp({ reason: LIMIT_NOT_KEPT, userId, itemIdentifiers });
    }
  };
}
