import type { Link } from "./connection";
import type { Host, Message } from "./core";
import { SumuError } from "./error";
import { channelEvent } from "./events";
import { asText, type Frame } from "./frame";
import { cursorTime, type Recovery } from "./recovery";

/** A channel: users subscribe to it, and post to it. */
export interface Channel<Data = unknown> {
  /** Its name. */
  readonly name: string;
  /**
   * Gives the messages of the channel to the handler. The first handler subscribes, again after each reconnect, too.
   *
   * @param handler - gets each message once
   * @param options - `after: "0"`: first all that the channel's history has
   * @returns a function that takes the handler off; without handlers, the client unsubscribes
   */
  subscribe(handler: (message: Message<Data>) => void, options?: { readonly after?: string }): () => void;
  /**
   * Posts to the channel. While the client is offline, the post waits.
   *
   * @returns the id of the message
   * @throws SumuError `not_allowed`, if the user may not post there
   */
  post(data: Data): Promise<string | undefined>;
}

/** The channels that the application has handlers for. */
export interface Subscriptions {
  subscribe(channel: string, handler: (message: Message<never>) => void, after?: string): () => void;
  opened(): void;
  post(channel: string, data: unknown): Promise<string | undefined>;
}

/** So many channels fit into one frame. */
const MAX_NAMES = 100;

export function createSubscriptions({ events, requests, activeLink }: Host, recovery: Recovery): Subscriptions {
  /** The channels with handlers, each with the cursor that the application has given. */
  const wanted = new Map<string, string>();

  /**
   * After the application's own code: a component that goes and comes again at once changes nothing. A frame may be sent
   * again, so a later frame about the same channel waits for the answer to it.
   */
  async function sync(): Promise<void> {
    await undefined;
    const link = activeLink();
    if (!link) return;
    const asked = link.asked;
    /** By the place in the history. Undefined: channels to leave. */
    const groups = new Map<string | undefined, string[]>();
    const add = (name: string, after?: string) => {
      asked.set(name, true);
      groups.set(after, [...(groups.get(after) ?? []), name]);
    };
    for (const [name, start] of wanted) {
      if (!asked.has(name)) add(name, recovery.joined.has(name) ? recovery.position : start);
    }
    for (const [name, isWaiting] of asked) {
      if (isWaiting || wanted.has(name)) continue;
      recovery.joined.delete(name);
      add(name);
    }
    for (const [after, group] of groups) {
      while (group.length) change(link, group.splice(0, MAX_NAMES), after);
    }
  }

  async function change(link: Link, channels: readonly string[], after?: string): Promise<void> {
    const action = after === undefined ? "unsubscribe" : "subscribe";
    const { answer, isGap } = await recovery.catchUp(link, { action, channels }, after ?? "");
    if (link.isDropped) return;
    const { refused } = answer as Frame;
    for (const channel of channels) {
      const one =
        answer instanceof SumuError
          ? { reason: answer.code }
          : Array.isArray(refused) && (refused as Frame[]).find((frame) => frame?.channel === channel);
      link.asked.set(channel, false);
      if (after === undefined) link.asked.delete(channel);
      else if (one) events.emit("refused", { channel, reason: asText(one.reason) });
      else if (wanted.has(channel)) {
        recovery.joined.add(channel);
        if (isGap) events.emit("gap", { channel, since: cursorTime(after) });
      }
    }
    recovery.saveSoon();
    sync();
  }

  return {
    subscribe(channel, handler, after = "") {
      const off = events.on(channelEvent(channel), handler);
      wanted.set(channel, after || (wanted.get(channel) ?? ""));
      sync();
      return () => {
        off();
        if (!events.has(channelEvent(channel))) wanted.delete(channel);
        sync();
      };
    },
    opened: sync,
    async post(channel, data) {
      // A post that is sent again has the same key, and so its notification has the same id.
      return asText((await requests.ask({ action: "post", channel, data, key: `${Math.random()}` })).notification);
    },
  };
}
