import { openConnection } from "./connection.js";
import { followEvents } from "./events.js";
import { appendEntry } from "./log.js";

const $ = (selector) => document.querySelector(selector);
const status = $("#status");

/** The key of this run is behind the # of the address. It goes to this page's server only, in a header. */
const authorization = `Bearer ${location.hash.slice(1)}`;

async function request(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { ...options.headers, authorization } });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  return (await request(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

const stack = await request("/stack.json").then(
  (response) => response.json(),
  (error) => {
    status.classList.add("error");
    status.textContent = error.message;
    throw error;
  },
);

/** The number of devices that each user has had here. It distinguishes the cards of one user. */
const devices = new Map();

$("#connect").addEventListener("submit", async (event) => {
  event.preventDefault();
  const user = new FormData(event.target).get("user").trim();
  $("#connect-error").textContent = user === "" ? "Name a user." : "";
  if (user === "") return;
  const getToken = async () => (await post("/tokens", { user })).token;
  try {
    const token = await getToken();
    const device = (devices.get(user) ?? 0) + 1;
    devices.set(user, device);
    const isBare = !$("#protocol-2").checked;
    const card = openConnection({ user, device, websocketUrl: stack.websocket_url, token, getToken, isBare });
    // When the focused card is removed, the keyboard focus must move to another element.
    card.addEventListener("remove", () => $("#user").focus());
    $("#connections").append(card);
  } catch (error) {
    $("#connect-error").textContent = `${user} got no token: ${error.message}`;
  }
});

const names = (text) =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

$("#notify").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const error = $("#notify-error");
  error.textContent = "";
  $("#notify-sent").textContent = "";
  try {
    const isForAll = form.get("to") === "all";
    // The field is disabled then, so the form's data does not have it.
    const users = isForAll ? [] : names(form.get("users"));
    if (!isForAll && users.length === 0) throw new Error("Name a user, or choose Everybody.");
    const to = isForAll ? "everyone" : { users };
    const except = { users: names(form.get("exclude")) };
    const data = parseData(form.get("data"));
    await post("/requests", { via: form.get("via"), request: { notification: { to, except, data } } });
    $("#notify-sent").textContent = `Sent at ${new Date().toLocaleTimeString("en-GB")}.`;
  } catch (reason) {
    error.textContent = reason.message;
  }
});

$("#end").addEventListener("submit", async (event) => {
  event.preventDefault();
  const users = names(new FormData(event.target).get("users"));
  const isRevoked = event.submitter.value === "revoke";
  $("#end-error").textContent = "";
  $("#end-sent").textContent = "";
  try {
    if (users.length === 0) throw new Error("Name a user.");
    const request = isRevoked
      ? { revoke: { users, issued_before: Math.ceil(Date.now() / 1_000) } }
      : { disconnect: { users, reason: "signed_out" } };
    await post("/requests", { via: "queue", request });
    $("#end-sent").textContent = `Sent at ${new Date().toLocaleTimeString("en-GB")}.`;
  } catch (reason) {
    $("#end-error").textContent = reason.message;
  }
});

/** A broadcast has no use for names. */
$("#notify").addEventListener("change", () => {
  $("#users").disabled = new FormData($("#notify")).get("to") === "all";
});

function parseData(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("The data is not JSON.");
  }
}

/** Newest state of each user, by the version that every event has. A repeated or late event changes nothing. */
const versions = new Map();

function showPresence({ user_id: user, status: state, version }) {
  if ((versions.get(user) ?? 0) >= version) return;
  versions.set(user, version);
  $("#presence-none").textContent = "";
  const list = $("#presence");
  const item = [...list.children].find((one) => one.dataset.user === user) ?? document.createElement("li");
  item.dataset.user = user;
  setPresence(item, state);
  if (!item.isConnected) list.append(item);
}

function setPresence(item, state) {
  item.dataset.state = state;
  item.textContent = `${item.dataset.user} is ${state.toLowerCase()}`;
}

/**
 * The users that were online when the page began to listen; null when the stack has no presence. A user who is not in
 * it is offline.
 */
function showSnapshot(users) {
  const none = $("#presence-none");
  if (users === null) {
    none.textContent = "This SUMU tells no presence (--presence-source none).";
    return;
  }
  const online = new Set(users.map(({ user_id: user }) => user));
  for (const item of $("#presence").children) {
    if (item.dataset.state === "ONLINE" && !online.has(item.dataset.user)) setPresence(item, "OFFLINE");
  }
  if (versions.size === 0) none.textContent = "Nobody is online.";
  for (const user of users) showPresence(user);
}

function showMessage({ via, body, attributes }) {
  const { source = "", user_id: user = "" } = attributes;
  appendEntry($("#messages"), via, body, `${source} · ${user}`);
  if (source !== "lambda.presence.watchdog") return;
  const { message } = JSON.parse(body);
  showPresence(message);
}

followEvents(() => request("/events"), {
  onOpen: () => {
    status.classList.remove("error");
    status.textContent = `Connected to ${stack.websocket_url}`;
  },
  onLost: () => {
    status.classList.add("error");
    status.textContent = "This page has lost the local SUMU. Start it again, and open the address that it prints.";
  },
  onEvent: (event) => {
    if ("presence" in event) showSnapshot(event.presence);
    else showMessage(event);
  },
});
