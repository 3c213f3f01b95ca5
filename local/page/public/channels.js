import { appendEntry } from "./log.js";
import { parseFrame } from "./parse-frame.js";
import { readData } from "./read-data.js";

/** The meaning of each reason for which SUMU refuses a channel, for the reader of the page. */
const REASONS = {
  invalid_name: "it is not the name of a channel",
  not_allowed: "neither a public pattern nor a claim of the token allows it",
  too_many_channels: "this client is in as many channels as it may be",
};

/** The part of a card that joins channels, leaves them, posts to them, and shows what comes from them. */
export class Channels {
  #part;
  /** The channels that this connection is in. */
  #joined = new Set();
  /** Those and the ones that it joins again when it is connected again. */
  #wanted = new Set();
  /** What each frame without an answer is about, by the frame's id. */
  #asked = new Map();

  /**
   * @param card - the card of a client of protocol 2
   * @param nextId - gives the id of the next frame of this client
   */
  constructor({ card, name, send, nextId }) {
    this.#part = (part) => card.querySelector(`[data-part="${part}"]`);
    this.#part("channels").hidden = false;
    this.#part("channel-messages").setAttribute("aria-label", `From channels, for ${name}`);
    const ask = (frame, about) => {
      const id = nextId();
      this.#asked.set(id, about);
      send({ id, ...frame });
    };
    this.#onSubmit("channel-form", (channel, { submitter: { value: action } }) => {
      ask({ action, channels: [channel] }, channel);
    });
    this.#onSubmit("post-form", (channel, { target }) => {
      const data = readData(new FormData(target).get("data"));
      ask({ action: "post", channel, data }, `a post to ${channel}`);
    });
    this.#show();
  }

  /** The channels to join again: a subscription ends with its connection. */
  get wanted() {
    return [...this.#wanted];
  }

  closed() {
    this.#joined.clear();
    this.#asked.clear();
    this.#show();
  }

  /** Takes a frame from the server, with what the recovery says about it. */
  take(text, { note, isSeen }) {
    const frame = parseFrame(text);
    const about = this.#asked.get(frame?.id);
    if (frame?.type === "notification") {
      if (frame.channel !== undefined && !isSeen) this.#showMessage(frame, note);
      return;
    }
    this.#asked.delete(frame?.id);
    if (frame?.type === "subscribed") this.#subscribed(frame);
    else if (frame?.type === "unsubscribed") this.#left(frame.channels);
    else if (frame?.type === "refused" && frame.action !== "recover")
      this.#refuse(about ?? this.wanted.join(", "), frame.reason, frame.message);
    this.#show();
  }

  #subscribed({ channels, refused }) {
    for (const channel of channels) {
      this.#joined.add(channel);
      this.#wanted.add(channel);
    }
    this.#left(refused.map(({ channel }) => channel));
    for (const { channel, reason } of refused) this.#refuse(channel, reason, REASONS[reason] ?? "");
  }

  #left(channels) {
    for (const channel of channels) {
      this.#joined.delete(channel);
      this.#wanted.delete(channel);
    }
  }

  #refuse(about, reason, text) {
    this.#part("channel-error").textContent = `SUMU refuses ${about} (${reason}): ${text.replace(/\.$/, "")}.`;
  }

  #showMessage({ channel, from, data }, note) {
    const details = [channel, from === undefined ? "from a backend" : `from ${from}`, note];
    const known = details.filter((detail) => detail !== undefined);
    appendEntry(this.#part("channel-messages"), "in", JSON.stringify(data), known.join(" · "));
  }

  #show() {
    const list = (channels) => [...channels].join(", ");
    if (this.#joined.size > 0) this.#part("joined").textContent = `In ${list(this.#joined)}.`;
    else if (this.#wanted.size > 0) this.#part("joined").textContent = `Was in ${list(this.#wanted)}.`;
    else this.#part("joined").textContent = "In no channel.";
  }

  #onSubmit(form, act) {
    this.#part(form).addEventListener("submit", (event) => {
      event.preventDefault();
      const channel = new FormData(this.#part("channel-form")).get("channel").trim();
      this.#part("channel-error").textContent = channel === "" ? "Name a channel." : "";
      if (channel !== "") act(channel, event);
    });
  }
}
