import { Channels } from "./channels.js";
import { describeFailure } from "./describe-failure.js";
import { appendEntry } from "./log.js";
import { parseFrame } from "./parse-frame.js";
import { readData } from "./read-data.js";
import { recordingSocket } from "./recording-socket.js";
import { SumuClient, SumuCore, tokenLifeMs } from "./sumu-client.mjs";

const template = document.querySelector("#connection-template");

/** The meaning of each close code of API Gateway, for the reader of the page. */
const CLOSE_REASONS = new Map([
  [1001, "closed by the gateway (idle, or two hours old)"],
  [1006, "lost, or refused before it was open"],
]);

const REPEATED = "seen before: the client drops it";

/**
 * Opens one device of a user and gives its card, which shows frames in and out and has a form to send. The device is a
 * client of the client library: of protocol 2 with recovery and channels, of the bare protocol without.
 *
 * @param getToken - gives a new token of the user
 * @param token - the first token: it is used until SUMU refuses it, or until the next one is due
 */
export function openConnection({ user, device, websocketUrl, token: firstToken, getToken, isBare }) {
  const card = template.content.firstElementChild.cloneNode(true);
  const part = (name) => card.querySelector(`[data-part="${name}"]`);
  const composer = part("composer");
  const closeButton = card.querySelector('[data-action="close"]');
  const againButton = card.querySelector('[data-action="again"]');
  const name = device === 1 ? user : `${user}, device ${device}`;
  part("name").textContent = name;
  card.setAttribute("aria-label", `Client of ${name}`);
  part("frames").setAttribute("aria-label", `Frames of ${name}`);

  let token = firstToken;
  let closeCode;
  let channels;
  /** Sets the note beside the last frame. */
  let setNote = () => {};
  const Client = isBare ? SumuCore : SumuClient;
  const sumu = new Client({
    url: websocketUrl,
    token: async (why) => {
      if (why !== "first") token = await getToken();
      return token;
    },
    connectionLifeMs: tokenLifeMs,
    WebSocket: recordingSocket({
      isBare,
      onFrame: (kind, text) => {
        const isNotification = kind === "in" && parseFrame(text)?.type === "notification";
        setNote = appendEntry(part("frames"), kind, text, isNotification ? REPEATED : "");
        if (kind === "in") channels?.take(text);
      },
      onClose: (code) => {
        closeCode = code;
      },
    }),
  });

  const showState = (state, why) => {
    card.dataset.state = state;
    const reason = why === "token" ? "it got no token" : (CLOSE_REASONS.get(closeCode) ?? `closed (${closeCode})`);
    part("state").textContent = { online: "connected", offline: `${reason}; it tries again` }[state] ?? state;
    closeButton.textContent = state === "closed" ? "Remove" : "Disconnect";
    againButton.hidden = state !== "closed";
    for (const button of card.querySelectorAll("form button")) button.disabled = state === "closed";
    if (state !== "online") channels?.left();
  };
  sumu.on("state", showState);
  // The frame of a message that reaches the application is no repeat.
  sumu.on("message", ({ recovered }) => setNote(recovered ? "missed while away" : ""));
  sumu.on("gap", ({ channel, since }) => {
    const time = new Date(since).toLocaleTimeString("en-GB");
    part("gap").textContent = `Something may be missed since ${time}${channel === undefined ? "" : ` in ${channel}`}.`;
  });
  if (!isBare) channels = new Channels({ card, name, sumu });
  showState(sumu.state);

  againButton.addEventListener("click", () => sumu.reconnect());
  closeButton.addEventListener("click", () => {
    if (sumu.state !== "closed") {
      sumu.close();
      return;
    }
    card.remove();
    card.dispatchEvent(new Event("remove"));
  });
  composer.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { value: action } = event.submitter;
    part("send-error").textContent = "";
    if (action === "ping") {
      sumu.wake();
      return;
    }
    try {
      await sumu[action](readData(new FormData(composer).get("message")));
    } catch (error) {
      part("send-error").textContent = `The message was not sent ${describeFailure(error)}.`;
    }
  });
  return card;
}
