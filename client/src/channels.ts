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

  /** After the application's own code: a component that goes and comes again at once changes nothing. */
  async function sync(): Promise<void> {
    await undefined;
    const link = activeLink();
    if (!link) return;
    const groups = new Map<string, string[]>();
    for (const [name, start] of wanted) {
      if (link.asked.has(name)) continue;
      link.asked.add(name);
      const after = recovery.joined.has(name) ? recovery.position : start;
      groups.set(after, [...(groups.get(after) ?? []), name]);
    }
    for (const [after, group] of groups) {
      while (group.length) subscribe(link, group.splice(0, MAX_NAMES), after);
    }
    const left = [...link.asked].filter((name) => !wanted.has(name));
    for (const name of left) {
      link.asked.delete(name);
      recovery.joined.delete(name);
    }
    while (left.length)
      requests.ask({ action: "unsubscribe", channels: left.splice(0, MAX_NAMES) }, link).catch(() => {});
  }

  async function subscribe(link: Link, channels: readonly string[], after: string): Promise<void> {
    const { answer, isGap } = await recovery.catchUp(link, { action: "subscribe", channels }, after);
    if (link.isDropped) return;
    const isRefused = answer instanceof SumuError;
    const refused: readonly Frame[] = !isRefused && Array.isArray(answer.refused) ? answer.refused : [];
    for (const channel of channels) {
      const one = isRefused ? { reason: answer.code } : refused.find((frame) => frame?.channel === channel);
      if (one) events.emit("refused", { channel, reason: asText(one.reason) });
      else if (wanted.has(channel)) {
        recovery.joined.add(channel);
        if (isGap) events.emit("gap", { channel, since: cursorTime(after) });
      }
    }
    recovery.saveSoon();
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
      return asText((await requests.ask({ action: "post", channel, data })).notification);
    },
  };
}
