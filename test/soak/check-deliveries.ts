import type { Fault } from "./fault";
import type { GivenEvent, SentEvent, SoakRecord } from "./record";

/** What an application knows of a notification. */
interface App {
  readonly user: string;
  readonly given: Map<string, number>;
  /** The notifications that must reach it. */
  readonly expected: Set<string>;
  hasJoined: boolean;
}

/** Every notification reaches each application of its users once, with its data, and no other application. */
export function checkDeliveries({ users, events }: SoakRecord): readonly Fault[] {
  const faults: Fault[] = [];
  const sent = new Map<string, SentEvent>();
  const apps = new Map(
    [...users].map(([app, user]): [string, App] => [
      app,
      { user, given: new Map(), expected: new Set(), hasJoined: false },
    ]),
  );
  for (const event of events) {
    if (event.kind === "sent") {
      sent.set(event.id, event);
      for (const app of apps.values()) {
        if (app.hasJoined && event.isKept && isFor(event, app.user)) app.expected.add(event.id);
      }
    } else if (event.kind === "joined") appOf(apps, event.app).hasJoined = true;
    else if (event.kind === "given") faults.push(...faultsOf(event, appOf(apps, event.app), sent.get(event.id)));
  }
  for (const [who, { expected, given }] of apps) {
    for (const id of expected) if (!given.has(id)) faults.push({ kind: "missing", who, id });
    for (const [id, count] of given) if (count > 1) faults.push({ kind: "twice", who, id });
  }
  return faults;
}

function faultsOf({ app: who, id, data }: GivenEvent, app: App, sent: SentEvent | undefined): readonly Fault[] {
  app.given.set(id, (app.given.get(id) ?? 0) + 1);
  if (sent === undefined) return [{ kind: "unsent", who, id }];
  if (!isFor(sent, app.user)) return [{ kind: "wrong_user", who, id }];
  return data === sent.data ? [] : [{ kind: "wrong_data", who, id }];
}

const isFor = ({ to }: SentEvent, user: string): boolean => to === "everyone" || to.includes(user);

function appOf(apps: ReadonlyMap<string, App>, name: string): App {
  const app = apps.get(name);
  if (app === undefined) throw new Error(`the record has no user for ${name}`);
  return app;
}
