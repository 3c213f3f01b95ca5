import { cursorAt } from "../../src/contract/history";
import { check } from "./check";
import type { Fault } from "./fault";
import type { Rights, SoakEvent, SoakRecord } from "./record";

const KEPT_SINCE = 1_700_000_000_000;

/** A cursor, some milliseconds after the beginning of what is kept. */
const cursor = (after: number) => cursorAt(KEPT_SINCE + after, "0");

const USERS = new Map([
  ["alice-1", "alice"],
  ["alice-2", "alice"],
  ["bob-1", "bob"],
  ["carol-1", "carol"],
]);

/** Nobody may be in `secret`, and only Alice may post. */
const RIGHTS: Rights = {
  maySubscribe: (_user, channel) => channel !== "secret",
  mayPost: (user) => user === "alice",
};

const joins = (app: string, connection: number): SoakEvent[] => [
  { kind: "asked", app, connection, after: undefined, keptSince: KEPT_SINCE },
  { kind: "recovered", app, connection, cursor: cursor(0) },
  { kind: "joined", app },
];

const sends = (id: string, to: readonly string[] | "everyone", isKept = true): SoakEvent => ({
  kind: "sent",
  id,
  to,
  except: [],
  data: `data of ${id}`,
  isKept,
});

const gets = (app: string, ...ids: readonly string[]): SoakEvent[] =>
  ids.map((id) => ({ kind: "given", app, id, data: `data of ${id}` }));

/** Comes back after 1, and gets what it has missed. */
function recovers(app: string, connection: number, ids: readonly string[], after = cursor(1)): SoakEvent[] {
  return [
    { kind: "asked", app, connection, after, keptSince: KEPT_SINCE },
    ...ids.flatMap((id, index): SoakEvent[] => [
      { kind: "replayed", app, connection, id, cursor: cursor(10 + index) },
      ...gets(app, id),
    ]),
    { kind: "recovered", app, connection, cursor: cursor(100) },
  ];
}

/** Alice has two devices; Bob is away and comes back; Carol is away for longer than history is kept. */
const CLEAN: readonly SoakEvent[] = [
  sends("before", "everyone"),
  ...[...USERS.keys()].flatMap((app, index) => joins(app, index + 1)),
  sends("order", ["alice"]),
  ...gets("alice-1", "order"),
  ...gets("alice-2", "order"),
  sends("missed-1", ["bob", "alice"]),
  sends("missed-2", "everyone"),
  sends("unkept", ["bob"], false),
  ...gets("alice-1", "missed-1", "missed-2"),
  ...gets("alice-2", "missed-2", "missed-1"),
  ...recovers("bob-1", 5, ["missed-1", "missed-2"]),
  ...recovers("carol-1", 6, ["missed-2"], "1000000000000-0"),
  { kind: "gap", app: "carol-1" },
  { kind: "presence", user: "alice", isOnline: true, isSaidOnline: true },
  { kind: "presence", user: "bob", isOnline: false, isSaidOnline: false },
];

const faultsOf = (events: readonly SoakEvent[]): readonly Fault[] => check({ users: USERS, rights: RIGHTS, events });

/** The clean record without the events that the condition picks. */
const without = (isIt: (event: SoakEvent) => boolean): SoakEvent[] => CLEAN.filter((event) => !isIt(event));

/** The clean record, with other events in the place of the one that the condition picks. */
function replacing(isIt: (event: SoakEvent) => boolean, ...others: readonly SoakEvent[]): SoakEvent[] {
  const index = CLEAN.findIndex(isIt);
  if (index < 0) throw new Error("the record has no such event");
  return CLEAN.toSpliced(index, 1, ...others);
}

const isGiven = (app: string, id: string) => (event: SoakEvent) =>
  event.kind === "given" && event.app === app && event.id === id;

describe("the checker", () => {
  it("finds nothing where everything is right", () => {
    expect(faultsOf(CLEAN)).toEqual([]);
  });

  it("does not ask for what was sent before an application joined, or is left out of history, or was given all the same", () => {
    expect(faultsOf([...CLEAN, ...gets("bob-1", "unkept"), ...gets("alice-1", "before")])).toEqual([]);
  });

  const PUT_IN: readonly [title: string, events: readonly SoakEvent[], faults: readonly Fault[]][] = [
    [
      "a notification that one device has lost",
      without(isGiven("alice-2", "order")),
      [{ kind: "missing", who: "alice-2", id: "order" }],
    ],
    [
      "a broadcast that has missed one application",
      without(isGiven("alice-1", "missed-2")),
      [{ kind: "missing", who: "alice-1", id: "missed-2" }],
    ],
    [
      "a notification that was lost while its user was offline",
      without((event) => "id" in event && event.id === "missed-1" && "app" in event && event.app === "bob-1"),
      [{ kind: "missing", who: "bob-1", id: "missed-1" }],
    ],
    [
      "a notification that was given twice",
      [...CLEAN, ...gets("alice-1", "order")],
      [{ kind: "twice", who: "alice-1", id: "order" }],
    ],
    [
      "a notification that another user got",
      [...CLEAN, ...gets("bob-1", "order")],
      [{ kind: "wrong_user", who: "bob-1", id: "order" }],
    ],
    [
      "data that were changed on the way",
      replacing(isGiven("alice-1", "order"), { kind: "given", app: "alice-1", id: "order", data: "data of order!" }),
      [{ kind: "wrong_data", who: "alice-1", id: "order" }],
    ],
    [
      "a notification that was given before it was sent",
      [...CLEAN, ...gets("alice-1", "later"), ...gets("alice-2", "later"), sends("later", ["alice"])],
      [
        { kind: "unsent", who: "alice-1", id: "later" },
        { kind: "unsent", who: "alice-2", id: "later" },
        // It was given, so it is not missing.
      ],
    ],
    [
      "a notification that nobody sent",
      [...CLEAN, ...gets("bob-1", "nobody's")],
      [{ kind: "unsent", who: "bob-1", id: "nobody's" }],
    ],
    [
      "two cursors of a recovery that were swapped",
      CLEAN.map((event) =>
        event.kind === "replayed" && event.connection === 5
          ? { ...event, cursor: event.id === "missed-1" ? cursor(11) : cursor(10) }
          : event,
      ),
      [{ kind: "order", who: "bob-1", id: "missed-2" }],
    ],
    [
      "a notification from history after the end of the recovery",
      [...CLEAN, { kind: "replayed", app: "bob-1", connection: 5, id: "order", cursor: cursor(12) }],
      [{ kind: "late", who: "bob-1", id: "order" }],
    ],
    [
      "a recovery whose end has an older cursor than a notification of it: the next recovery would bring it again",
      CLEAN.map((event) =>
        event.kind === "recovered" && event.connection === 5 ? { ...event, cursor: cursor(5) } : event,
      ),
      [{ kind: "cursor", who: "bob-1" }],
    ],
    [
      "a gap of which the application was not told",
      without((event) => event.kind === "gap"),
      [{ kind: "gap_hidden", who: "carol-1" }],
    ],
    [
      "a user who is online, and is said to be offline",
      [...CLEAN, { kind: "presence", user: "bob", isOnline: true, isSaidOnline: false }],
      [{ kind: "presence", who: "bob" }],
    ],
    [
      "a user who has gone, and is said to be online",
      [...CLEAN, { kind: "presence", user: "alice", isOnline: false, isSaidOnline: true }],
      [{ kind: "presence", who: "alice" }],
    ],
  ];
  it.each(PUT_IN)("finds %s, and nothing else", (_title, events, faults) => {
    expect(faultsOf(events)).toEqual(faults);
  });

  it("finds a gap that was told although nothing is gone", () => {
    const came: SoakEvent[] = [...recovers("dave-1", 7, [], cursor(1)), { kind: "gap", app: "dave-1" }];
    const record: SoakRecord = { users: new Map([["dave-1", "dave"]]), rights: RIGHTS, events: came };
    expect(check(record)).toEqual([{ kind: "gap_untrue", who: "dave-1" }]);
  });

  it("does not judge the order of a connection that has asked twice at the same time", () => {
    const ask: SoakEvent = { kind: "asked", app: "bob-1", connection: 8, after: cursor(1), keptSince: KEPT_SINCE };
    const replayed = (id: string, at: number): SoakEvent => ({
      kind: "replayed",
      app: "bob-1",
      connection: 8,
      id,
      cursor: cursor(at),
    });
    const answers = [replayed("missed-2", 11), replayed("missed-1", 10), replayed("missed-2", 11)];
    const end: SoakEvent = { kind: "recovered", app: "bob-1", connection: 8, cursor: cursor(100) };
    expect(faultsOf([...CLEAN, ask, ask, ...answers, end, replayed("missed-2", 11), end])).toEqual([]);
  });

  it("judges the order of each recovery of a connection alone, and that of one in several answers as a whole", () => {
    const on = { app: "bob-1", connection: 8 };
    const ask = (isContinued = false): SoakEvent => ({
      kind: "asked",
      ...on,
      after: cursor(1),
      isContinued,
      keptSince: KEPT_SINCE,
    });
    const replayed = (id: string, at: number): SoakEvent => ({ kind: "replayed", ...on, id, cursor: cursor(at) });
    const answer = (isMore: boolean): SoakEvent => ({ kind: "recovered", ...on, cursor: cursor(50), isMore });
    const refused: SoakEvent = { kind: "refused", ...on };
    const late = [replayed("missed-2", 11), replayed("missed-1", 10)] as const;
    expect(faultsOf([...CLEAN, ask(), late[0], refused, ask(), late[1], answer(false)])).toEqual([]);
    expect(faultsOf([...CLEAN, ask(), late[0], answer(false), ask(), late[1], answer(false)])).toEqual([]);
    expect(faultsOf([...CLEAN, ask(), late[0], answer(true), ask(true), late[1], answer(false)])).toEqual([
      { kind: "order", who: "bob-1", id: "missed-1" },
    ]);
  });

  it("does not judge what comes between a refusal and the next question: its post seemed to fail", () => {
    const on = { app: "bob-1", connection: 8 };
    const ask: SoakEvent = { kind: "asked", ...on, after: cursor(1), keptSince: KEPT_SINCE };
    const post: SoakEvent = { kind: "replayed", ...on, id: "missed-1", cursor: cursor(10) };
    expect(faultsOf([...CLEAN, ask, { kind: "refused", ...on }, post, ask])).toEqual([]);
  });

  it("does not judge a frame that comes again later, because its first post seemed to fail", () => {
    const again: SoakEvent = { kind: "replayed", app: "bob-1", connection: 5, id: "missed-1", cursor: cursor(10) };
    expect(faultsOf([...CLEAN, again])).toEqual([]);
  });

  it("names an application that the record does not have", () => {
    expect(() => faultsOf([...CLEAN, ...gets("eve-1", "order")])).toThrow("the record has no user for eve-1");
  });
});
