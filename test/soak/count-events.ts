import type { SoakEvent } from "./record";

/** What the record has, for the report. */
export function countEvents(events: readonly SoakEvent[]): {
  readonly given: number;
  readonly channels: Readonly<Record<string, number>>;
} {
  const count = (isIt: (event: SoakEvent) => boolean): number => events.filter(isIt).length;
  return {
    given: count(({ kind }) => kind === "given"),
    channels: {
      joined: count(({ kind }) => kind === "subscribed"),
      left: count(({ kind }) => kind === "unsubscribed"),
      refused: events.reduce((sum, event) => sum + (event.kind === "subscribed" ? event.refused.length : 0), 0),
      posted: count(({ kind }) => kind === "posted"),
      "posts refused": count((event) => event.kind === "unposted" && event.reason === "not_allowed"),
      "posts without an answer": count((event) => event.kind === "unposted" && event.reason !== "not_allowed"),
      given: count((event) => event.kind === "given" && event.channel !== undefined),
      "rows at the end": count((event) => event.kind === "row" && event.isInTable),
    },
  };
}
