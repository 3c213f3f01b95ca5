import { cursorAt } from "../../src/contract/history";
import { check } from "./check";
import type { Fault } from "./fault";
import type { Audience, Rights, SoakEvent } from "./record";
import type { MembershipEvent } from "./record-channels";

const KEPT_SINCE = 1_700_000_000_000;
const cursor = (after: number) => cursorAt(KEPT_SINCE + after, "0");

const USERS = new Map([
  ["alice-1", "alice"],
  ["bob-1", "bob"],
  ["carol-1", "carol"],
]);

/** Nobody may be in `secret`, and only Alice may post. */
const RIGHTS: Rights = {
  maySubscribe: (_user, channel) => channel !== "secret",
  mayPost: (user, channel) => user === "alice" && channel !== "secret",
};

type Frame = Omit<MembershipEvent, "kind" | "refused">;

/** A frame of a connection about a channel. */
const frame = (app: string, connection: number, channel: string, id = "1"): Frame => ({
  app,
  connection,
  frame: `${channel} ${id}`,
  channels: [channel],
});

const subscribed = (about: Frame): SoakEvent => ({ kind: "subscribed", ...about, refused: [] });

function joins(app: string, connection: number, channel: string, id?: string): SoakEvent[] {
  const about = frame(app, connection, channel, id);
  return [{ kind: "wanted", app, channel }, { kind: "subscribing", ...about }, subscribed(about)];
}

function leaves(app: string, connection: number, channel: string): SoakEvent[] {
  const about = frame(app, connection, channel, "last");
  return [
    { kind: "unwanted", app, channel },
    { kind: "unsubscribing", ...about },
    { kind: "unsubscribed", ...about },
  ];
}

const sends = (id: string, to: Audience, ...except: readonly string[]): SoakEvent => ({
  kind: "sent",
  id,
  to,
  except,
  data: `data of ${id}`,
  isKept: true,
});

const gets = (app: string, id: string, channel?: string, from?: string): SoakEvent => ({
  kind: "given",
  app,
  id,
  data: `data of ${id}`,
  ...(channel !== undefined && { channel }),
  ...(from !== undefined && { from }),
});

const posts = (id: string, channel: string): SoakEvent => ({
  kind: "posting",
  app: "alice-1",
  channel,
  data: `data of ${id}`,
});
const isPosted = (id: string, channel: string): SoakEvent => ({
  kind: "posted",
  app: "alice-1",
  channel,
  data: `data of ${id}`,
  id,
});

/**
 * Alice and Bob are in a room. Bob's connection breaks, and he goes on where he was. Carol joins later, and leaves. All of
 * them ask for the secret channel.
 */
const CLEAN: readonly SoakEvent[] = [
  ...joins("alice-1", 1, "room"),
  ...joins("bob-1", 2, "room"),
  { kind: "wanted", app: "bob-1", channel: "secret" },
  { kind: "subscribing", ...frame("bob-1", 2, "secret") },
  { kind: "subscribed", ...frame("bob-1", 2, "secret"), channels: [], refused: ["secret"] },
  sends("live", { channels: ["room", "hall"] }),
  gets("alice-1", "live", "room"),
  gets("bob-1", "live", "room"),
  sends("hidden", { channels: ["secret"] }),
  sends("except", { channels: ["room"] }, "alice"),
  gets("bob-1", "except", "room"),
  posts("post", "room"),
  gets("bob-1", "post", "room", "alice"),
  gets("alice-1", "post", "room", "alice"),
  isPosted("post", "room"),
  { kind: "ended", app: "bob-1", connection: 2 },
  sends("missed", { channels: ["room"] }),
  gets("alice-1", "missed", "room"),
  { kind: "asked", app: "bob-1", connection: 3, channel: "room", after: cursor(1), keptSince: KEPT_SINCE },
  { kind: "subscribing", ...frame("bob-1", 3, "room") },
  { kind: "replayed", app: "bob-1", connection: 3, channel: "room", id: "missed", cursor: cursor(5) },
  gets("bob-1", "missed", "room"),
  { kind: "recovered", app: "bob-1", connection: 3, channel: "room", cursor: cursor(6) },
  subscribed(frame("bob-1", 3, "room")),
  ...joins("carol-1", 4, "room"),
  ...leaves("carol-1", 4, "room"),
  sends("after", { channels: ["room"] }),
  gets("alice-1", "after", "room"),
  gets("bob-1", "after", "room"),
  { kind: "row", who: "alice-1", channel: "room", isWanted: true, isInTable: true },
  { kind: "row", who: "bob-1", channel: "room", isWanted: true, isInTable: true },
];

const faultsOf = (...events: readonly SoakEvent[]): readonly Fault[] => check({ users: USERS, rights: RIGHTS, events });

const isGiven = (app: string, id: string) => (event: SoakEvent) =>
  event.kind === "given" && event.app === app && event.id === id;

/** The clean record, with other events in the place of the one that the condition picks. */
function replacing(isIt: (event: SoakEvent) => boolean, ...others: readonly SoakEvent[]): readonly SoakEvent[] {
  const index = CLEAN.findIndex(isIt);
  if (index < 0) throw new Error("the record has no such event");
  return CLEAN.toSpliced(index, 1, ...others);
}

describe("the checker of channels", () => {
  it("finds nothing where everything is right", () => {
    expect(faultsOf(...CLEAN)).toEqual([]);
  });

  it.each<[title: string, events: readonly SoakEvent[], faults: readonly Fault[]]>([
    [
      "a message that a member has lost",
      replacing(isGiven("alice-1", "live")),
      [{ kind: "missing", who: "alice-1", id: "live", channel: "room" }],
    ],
    [
      "a message that was lost while a member had no connection",
      replacing(isGiven("bob-1", "missed")),
      [{ kind: "missing", who: "bob-1", id: "missed", channel: "room" }],
    ],
    [
      "a post that was answered, and did not reach its own sender",
      replacing(isGiven("alice-1", "post")),
      [{ kind: "missing", who: "alice-1", id: "post", channel: "room" }],
    ],
    [
      "a message that came twice in a channel",
      [...CLEAN, gets("bob-1", "live", "room")],
      [{ kind: "twice", who: "bob-1", id: "live", channel: "room" }],
    ],
    [
      "a post that came twice, with two ids",
      [...CLEAN, { ...gets("bob-1", "other", "room", "alice"), data: "data of post" } as SoakEvent],
      [{ kind: "twice", who: "bob-1", id: "post", channel: "room" }],
    ],
    [
      "a message to an application that was never in the channel",
      [...CLEAN, gets("carol-1", "live", "hall")],
      [{ kind: "outsider", who: "carol-1", id: "live", channel: "hall" }],
    ],
    [
      "a message that was sent after an application had left the channel",
      [...CLEAN, gets("carol-1", "after", "room")],
      [{ kind: "outsider", who: "carol-1", id: "after", channel: "room" }],
    ],
    [
      "a message of a channel that was refused",
      [...CLEAN, gets("bob-1", "hidden", "secret")],
      [{ kind: "forbidden", who: "bob-1", id: "hidden", channel: "secret" }],
    ],
    [
      "a message in a channel that it was not sent to",
      replacing(
        isGiven("alice-1", "after"),
        gets("alice-1", "after", "room"),
        ...joins("alice-1", 1, "hall"),
        gets("alice-1", "after", "hall"),
      ),
      [{ kind: "wrong_channel", who: "alice-1", id: "after", channel: "hall" }],
    ],
    [
      "a message in a channel that was sent to a user",
      [...CLEAN, sends("own", ["alice"]), gets("alice-1", "own", "room")],
      [{ kind: "wrong_user", who: "alice-1", id: "own", channel: "room" }],
    ],
    [
      "a post with another sender",
      replacing(isGiven("bob-1", "post"), gets("bob-1", "post", "room", "carol")),
      [{ kind: "wrong_from", who: "bob-1", id: "post", channel: "room" }],
    ],
    [
      "a post without its sender",
      replacing(isGiven("bob-1", "post"), gets("bob-1", "post", "room")),
      [{ kind: "wrong_from", who: "bob-1", id: "post", channel: "room" }],
    ],
    [
      "a backend's message with a sender",
      replacing(isGiven("bob-1", "live"), gets("bob-1", "live", "room", "alice")),
      [{ kind: "wrong_from", who: "bob-1", id: "live", channel: "room" }],
    ],
    [
      "a message to a user that it leaves out",
      [...CLEAN, gets("alice-1", "except", "room")],
      [{ kind: "excepted", who: "alice-1", id: "except", channel: "room" }],
    ],
    [
      "a user in a channel that it may not be in",
      [...CLEAN, subscribed(frame("carol-1", 4, "secret"))],
      [{ kind: "admitted", who: "carol-1", channel: "secret" }],
    ],
    [
      "a post to a channel that its user may not post to",
      [...CLEAN, posts("leak", "secret"), isPosted("leak", "secret")],
      [{ kind: "admitted", who: "alice-1", channel: "secret" }],
    ],
    [
      "a channel that was refused to a user who may be in it",
      [...CLEAN, { ...subscribed(frame("carol-1", 4, "hall")), channels: [], refused: ["hall"] } as SoakEvent],
      [{ kind: "shut_out", who: "carol-1", channel: "hall" }],
    ],
    [
      "a post that was refused to a user who may post",
      [...CLEAN, { kind: "unposted", app: "alice-1", channel: "room", reason: "not_allowed" }],
      [{ kind: "shut_out", who: "alice-1", channel: "room" }],
    ],
    [
      "a membership without its row",
      [...CLEAN, { kind: "row", who: "alice-1", channel: "hall", isWanted: true, isInTable: false }],
      [{ kind: "member_missing", who: "alice-1", channel: "hall" }],
    ],
    [
      "a row without its membership",
      [...CLEAN, { kind: "row", who: "connection-9", channel: "room", isWanted: false, isInTable: true }],
      [{ kind: "member_extra", who: "connection-9", channel: "room" }],
    ],
    [
      "a message of a channel from history after the end of its replay",
      [...CLEAN, { kind: "replayed", app: "bob-1", connection: 3, channel: "room", id: "live", cursor: cursor(7) }],
      [{ kind: "late", who: "bob-1", id: "live", channel: "room" }],
    ],
    [
      "a gap of a channel that was told although nothing is gone",
      [...CLEAN, { kind: "gap", app: "bob-1", channel: "room" }],
      [{ kind: "gap_untrue", who: "bob-1", channel: "room" }],
    ],
  ])("finds %s, and nothing else", (_title, events, faults) => {
    expect(faultsOf(...events)).toEqual(faults);
  });

  const late = sends("late", { channels: ["hall"] });

  it("judges nothing that was sent between a client's frame and its answer: the client may get it, or not", () => {
    const about = frame("carol-1", 4, "hall");
    const joining: SoakEvent[] = [
      { kind: "wanted", app: "carol-1", channel: "hall" },
      { kind: "subscribing", ...about },
    ];
    const given = gets("carol-1", "late", "hall");
    expect(faultsOf(...joining, late, subscribed(about))).toEqual([]);
    expect(faultsOf(...joining, late, subscribed(about), given)).toEqual([]);
    const [unwanted, unsubscribing, unsubscribed] = leaves("carol-1", 4, "hall") as [SoakEvent, SoakEvent, SoakEvent];
    const member = joins("carol-1", 4, "hall");
    expect(faultsOf(...member, unwanted, late, unsubscribing, given, unsubscribed)).toEqual([]);
    expect(faultsOf(...member, unwanted, unsubscribing, late, unsubscribed, given)).toEqual([]);
  });

  it("judges a client that joins again only by the answer to its last frame", () => {
    const first = frame("carol-1", 4, "hall", "1");
    const again: SoakEvent[] = [
      { kind: "wanted", app: "carol-1", channel: "hall" },
      { kind: "subscribing", ...first },
      { kind: "unwanted", app: "carol-1", channel: "hall" },
      { kind: "unsubscribing", ...frame("carol-1", 4, "hall", "2") },
      { kind: "wanted", app: "carol-1", channel: "hall" },
      { kind: "subscribing", ...frame("carol-1", 4, "hall", "3") },
      subscribed(first),
    ];
    expect(faultsOf(...again, late)).toEqual([]);
    const missing = [{ kind: "missing", who: "carol-1", id: "late", channel: "hall" }];
    expect(faultsOf(...again, subscribed(frame("carol-1", 4, "hall", "3")), late)).toEqual(missing);
  });

  it("asks for no message that an application had not got when it left the channel, and for no post without an answer", () => {
    const member = joins("alice-1", 1, "hall");
    expect(faultsOf(...member, late, ...leaves("alice-1", 1, "hall"))).toEqual([]);
    expect(faultsOf(...member, posts("lost", "hall"))).toEqual([]);
  });
});
