import type { Fault } from "./fault";
import type { SoakEvent, SoakRecord } from "./record";

/** Each user may do what its tokens allow, and nothing else. */
export function checkRights({ events, users, rights }: SoakRecord): readonly Fault[] {
  const faults = (app: string, { mayNot, may }: Claimed, isAllowed: (channel: string) => boolean): readonly Fault[] => [
    ...may.filter((channel) => !isAllowed(channel)).map((channel): Fault => ({ kind: "admitted", who: app, channel })),
    ...mayNot.filter(isAllowed).map((channel): Fault => ({ kind: "shut_out", who: app, channel })),
  ];
  return events.flatMap((event) => {
    if (!("app" in event)) return [];
    const user = users.get(event.app) ?? "";
    return [
      ...faults(event.app, claimedAbout("subscribe", event), (channel) => rights.maySubscribe(user, channel)),
      ...faults(event.app, claimedAbout("post", event), (channel) => rights.mayPost(user, channel)),
    ];
  });
}

/** What SUMU says about channels. */
interface Claimed {
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
}

function claimedAbout(what: "subscribe" | "post", event: SoakEvent): Claimed {
  if (what === "subscribe") {
    return event.kind === "subscribed" ? { may: event.channels, mayNot: event.refused } : { may: [], mayNot: [] };
  }
  return {
    may: event.kind === "posted" ? [event.channel] : [],
    mayNot: event.kind === "unposted" && event.reason === "not_allowed" ? [event.channel] : [],
  };
}
