import type { Connection } from "./connection";
import { CONTINUATION } from "./continuation";
import { fill } from "./fill-bodies";
import type { Audience, Notification } from "./notification";

/** Epoch seconds and a comma. */
const END_BYTES = 11;

/**
 * The messages with the remaining work, each small enough for the queue. All kinds but `connections` and `users` fit in
 * one message.
 *
 * @param reason - Set on a dead letter. If it is sent back to the notifications queue (a redrive), all attempts begin
 * again, and its time counts from then.
 * @throws RangeError The notification leaves no room: its data and excluded users already fill a message.
 */
export function continuationBodies(
  notification: Pick<Notification, "data" | "excludedUsers" | "sentAt"> &
    Partial<Pick<Notification, "id" | "keep" | "refusals" | "channel" | "from">>,
  remainder: Audience,
  attempt: number,
  reason?: string,
): string[] {
  const { data, excludedUsers, id, keep, sentAt, refusals = 0, channel, from } = notification;
  const readAt = remainder.kind === "connections" ? remainder.readAt : undefined;
  const state = openState({
    attempt,
    id,
    keep,
    sent_at: reason === undefined ? sentAt : undefined,
    refusals: refusals === 0 || reason !== undefined ? undefined : refusals,
    read_at: readAt,
    reason,
    from,
  });
  const start = channel === undefined ? `{"data":${data}` : channelRequest({ ...notification, channel });
  if (remainder.kind === "connections") return connectionBodies(`${start},${state}`, remainder.connections);
  const after = remainder.after === undefined ? "" : `,"after":${JSON.stringify(remainder.after)}`;
  if (remainder.kind === "channel") {
    const until = remainder.until === undefined ? "" : `,"until":${JSON.stringify(remainder.until)}`;
    return fill(`${start},${state}${after}${until}`, [""], "}}");
  }
  if (remainder.kind === "users") {
    const users = remainder.users.map((user) => JSON.stringify(user));
    // `after` applies only to the first user, so this user gets a message alone.
    const [first = "", ...others] = users;
    if (after === "") return fill(`${start},${state}},"users":[`, users, "]}");
    return [
      ...fill(`${start},${state}${after}},"users":[`, [first], "]}"),
      ...fill(`${start},${state}},"users":[`, others, "]}"),
    ];
  }
  const excluded = excludedUsers.size === 0 ? "" : `,"exclude_users":${JSON.stringify([...excludedUsers])}`;
  const segment = remainder.segment === undefined ? "" : `,"segment":${JSON.stringify(remainder.segment)}`;
  return fill(`${start}${excluded},${state}${segment}${after}`, [""], "}}");
}

/**
 * The beginning of a continuation of a notification to a channel. It is a request of the new form, without `data` at the top:
 * an older version makes a dead letter of it, where it would send `data` to everyone or without its channel.
 */
function channelRequest({
  channel,
  excludedUsers,
  id,
  keep,
  data,
}: Pick<Notification, "data" | "excludedUsers"> & Partial<Pick<Notification, "id" | "keep" | "channel">>): string {
  const except = excludedUsers.size === 0 ? undefined : { users: [...excludedUsers] };
  const head = JSON.stringify({ to: { channels: [channel] }, except, id, keep });
  return `{"notification":${head.slice(0, -1)},"data":${data}}`;
}

/** The state as JSON, open at the end for more members. Undefined members are left out. */
function openState(members: Readonly<Record<string, unknown>>): string {
  return `"${CONTINUATION}":${JSON.stringify(members).slice(0, -1)}`;
}

/**
 * The connections of one protocol in a message. Older versions know no protocols and no early ends. So the data that
 * they cannot read is beside the list, not in it.
 */
function connectionBodies(start: string, connections: readonly Connection[]): string[] {
  const groups = new Map<string, Connection[]>();
  for (const connection of connections) {
    const key = `${connection.protocol} ${connection.endsAt !== undefined}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [connection]);
    else group.push(connection);
  }
  return [...groups.values()].flatMap((group) => {
    const [{ protocol, endsAt } = {} as Partial<Connection>] = group;
    const tuples = group.map(({ userId, connectionId, connectedAt }) =>
      JSON.stringify([userId, connectionId, connectedAt]),
    );
    const head = `${start}${protocol === undefined ? "" : `,"protocol":${protocol}`},"connections":[`;
    if (endsAt === undefined) return fill(head, tuples, "]}}");
    const ends = (from: number, to: number) => `],"ends_at":[${group.slice(from, to).map((each) => each.endsAt)}]}}`;
    return fill(head, tuples, ends, END_BYTES);
  });
}
