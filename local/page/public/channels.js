import { describeFailure } from "./describe-failure.js";
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
  #sumu;
  /** The channels that this connection is in, as the frames of SUMU say it. */
  #joined = new Set();
  /** Those and the ones that the client joins again when it is connected again, each with the function that leaves it. */
  #wanted = new Map();

  /** @param sumu - the client of the card */
  constructor({ card, name, sumu }) {
    this.#sumu = sumu;
    this.#part = (part) => card.querySelector(`[data-part="${part}"]`);
    this.#part("channels").hidden = false;
    this.#part("channel-messages").setAttribute("aria-label", `From channels, for ${name}`);
    sumu.on("refused", ({ channel, reason }) => {
      this.#leave(channel);
      this.#refuse(channel, { code: reason, message: REASONS[reason] ?? reason });
    });
    this.#onSubmit("channel-form", (channel, { submitter }) => {
      if (submitter.value === "unsubscribe") this.#leave(channel);
      else this.#join(channel);
    });
    this.#onSubmit("post-form", async (channel, { target }) => {
      const data = readData(new FormData(target).get("data"));
      try {
        await sumu.channel(channel).post(data);
      } catch (error) {
        this.#refuse(`a post to ${channel}`, error);
      }
    });
    this.#show();
  }

  /** The connection has ended, and its subscriptions with it. */
  left() {
    this.#joined.clear();
    this.#show();
  }

  /** Takes a frame from the server: the library does not say when it is in a channel. */
  take(text) {
    const frame = parseFrame(text);
    if (frame?.type === "subscribed") for (const channel of frame.channels) this.#joined.add(channel);
    else if (frame?.type === "unsubscribed") for (const channel of frame.channels) this.#joined.delete(channel);
    else return;
    this.#show();
  }

  #join(channel) {
    if (this.#wanted.has(channel)) return;
    const leave = this.#sumu.channel(channel).subscribe((message) => this.#showMessage(message));
    this.#wanted.set(channel, leave);
    this.#show();
  }

  #leave(channel) {
    this.#wanted.get(channel)?.();
    this.#wanted.delete(channel);
    this.#show();
  }

  #refuse(about, failure) {
    this.#part("channel-error").textContent = `SUMU refuses ${about} ${describeFailure(failure)}.`;
  }

  #showMessage({ channel, from, data, recovered }) {
    const details = [channel, from === undefined ? "from a backend" : `from ${from}`];
    if (recovered) details.push("missed while away");
    appendEntry(this.#part("channel-messages"), "in", JSON.stringify(data), details.join(" · "));
  }

  #show() {
    const list = (channels) => [...channels].join(", ");
    const verb = this.#sumu.state === "closed" ? "Was in" : "Joins";
    if (this.#joined.size > 0) this.#part("joined").textContent = `In ${list(this.#joined)}.`;
    else if (this.#wanted.size > 0) this.#part("joined").textContent = `${verb} ${list(this.#wanted.keys())}.`;
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
