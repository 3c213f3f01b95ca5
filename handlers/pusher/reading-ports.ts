import type { Clock } from "../shared/clock";
import type { ConnectionStore } from "./connection";
import type { Keeper } from "./keeper";
import type { Audience } from "./notification";
import type { PrioritySemaphore } from "./priority-semaphore";
import type { SubscriptionStore } from "./subscription";

/** A channel, and the table that knows who is in it. */
export interface ChannelPorts {
  readonly name: string;
  readonly subscriptions: SubscriptionStore;
}

export interface ReadingPorts {
  readonly store: ConnectionStore;
  /** Limits the reads of all notifications together. */
  readonly semaphore: PrioritySemaphore;
  /** Epoch milliseconds. */
  readonly deadline: number;
  /** How many of one notification's users are read at the same time. */
  readonly readers: number;
  /** Called for each page that need not be read again, even if it is empty, with the number of its connections. */
  readonly onPage: (rows: number) => void;
  readonly clock: Clock;
  /** The channel of the notification, if it is to one. */
  readonly channel?: ChannelPorts | undefined;
  /** Writes the notification into history before connections are read. Undefined: it is not kept. */
  readonly keeper?: Keeper | undefined;
  /** Awaited before each page. @default - nothing */
  readonly beforePage?: () => Promise<void>;
}

/** The part that was not read. */
export interface Unread {
  readonly remainder: Audience;
  /** The table's code if a read failed; absent if time ran out. */
  readonly failure?: string;
}
