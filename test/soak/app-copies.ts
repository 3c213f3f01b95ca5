import type { Audience } from "./record";

/** What a backend has sent, or a user has posted. */
export interface Notification {
  readonly to: Audience;
  readonly except: readonly string[];
  readonly data: string;
  /** The user who has posted it. */
  readonly from?: string;
  /** The event at which it was sent. */
  readonly sentAt: number;
  /** Of a post: its client has not been told that SUMU has it, so it may be lost. */
  isUncertain: boolean;
  /** Of a post: its data, until its id is known. */
  id: string;
}

/** What an application knows of a notification in a channel, or without a channel. */
export interface Copy {
  /** Its id, or the data of a post. */
  readonly key: string;
  readonly channel: string | undefined;
  isExpected: boolean;
  given: number;
}

/** An application, and what it has got. */
export interface App {
  readonly name: string;
  readonly user: string;
  readonly copies: Map<string, Copy>;
  hasJoined: boolean;
}

/** Whether a notification that is for users is for this one. */
export const isForUser = ({ to, except }: Notification, user: string): boolean =>
  (to === "everyone" || (to as readonly string[]).includes(user)) && !except.includes(user);

/** What the application knows of a notification, from now on. */
export function copyOf({ copies }: App, key: string, channel: string | undefined): Copy {
  const name = `${channel ?? ""} ${key}`;
  const copy = copies.get(name) ?? { key, channel, isExpected: false, given: 0 };
  copies.set(name, copy);
  return copy;
}
