import { Channels } from "./channels.js";
import { appendEntry } from "./log.js";
import { readData } from "./read-data.js";
import { Recovery } from "./recovery.js";

const template = document.querySelector("#connection-template");

/** The meaning of each close code of API Gateway, for the reader of the page. */
const CLOSE_REASONS = new Map([
  [1000, "closed"],
  [1001, "closed by the gateway (idle, or two hours old)"],
  [1005, "closed"],
  [1006, "lost, or refused before it was open"],
  [1009, "closed: a frame or message was too large"],
]);

const NORMAL_CLOSES = new Set([1000, 1005]);

/**
 * Opens one device of a user and gives its card, which shows frames in and out and has a form to send. A device of
 * protocol 2 has channels, and can connect again: then it recovers what it has missed.
 */
export function openConnection({ user, device, websocketUrl, token, protocol }) {
  const card = template.content.firstElementChild.cloneNode(true);
  const part = (name) => card.querySelector(`[data-part="${name}"]`);
  const composer = part("composer");
  const closeButton = card.querySelector('[data-action="close"]');
  const againButton = card.querySelector('[data-action="again"]');
  const name = device === 1 ? user : `${user}, device ${device}`;
  part("name").textContent = name;
  card.setAttribute("aria-label", `Client of ${name}`);
  part("frames").setAttribute("aria-label", `Frames of ${name}`);

  const url = new URL(websocketUrl);
  url.searchParams.set("authorization", token);
  if (protocol !== undefined) url.searchParams.set("protocol", protocol);
  let socket;

  const setState = (state, text) => {
    card.dataset.state = state;
    part("state").textContent = text;
    for (const button of card.querySelectorAll("form button")) button.disabled = state !== "open";
  };
  const send = (frame) => {
    const text = JSON.stringify(frame);
    socket.send(text);
    appendEntry(part("frames"), "out", text);
  };
  let ids = 0;
  const nextId = () => String(++ids);
  const recovery = protocol === undefined ? undefined : new Recovery(nextId);
  const channels = protocol === undefined ? undefined : new Channels({ card, name, send, nextId });
  const connect = () => {
    socket = new WebSocket(url);
    setState("connecting", "connecting");
    closeButton.textContent = "Disconnect";
    againButton.hidden = true;
    socket.addEventListener("open", () => {
      setState("open", "connected");
      for (const frame of recovery?.begin(channels.wanted) ?? []) send(frame);
    });
    socket.addEventListener("message", ({ data }) => {
      const taken = recovery?.take(data) ?? {};
      appendEntry(part("frames"), "in", data, taken.note);
      channels?.take(data, taken);
      if (taken.next !== undefined) send(taken.next);
    });
    socket.addEventListener("close", ({ code }) => {
      setState(NORMAL_CLOSES.has(code) ? "closed" : "failed", CLOSE_REASONS.get(code) ?? `closed (${code})`);
      closeButton.textContent = "Remove";
      againButton.hidden = recovery === undefined;
      channels?.closed();
    });
  };
  connect();
  againButton.addEventListener("click", connect);

  closeButton.addEventListener("click", () => {
    if (socket.readyState !== WebSocket.CLOSED) {
      socket.close();
      return;
    }
    card.remove();
    card.dispatchEvent(new Event("remove"));
  });
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const action = event.submitter.value;
    const message = readData(new FormData(composer).get("message"));
    send(action === "ping" ? { action } : { action, message });
  });
  return card;
}
