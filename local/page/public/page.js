import { openConnection } from "./connection.js";
import { appendEntry } from "./log.js";

const $ = (selector) => document.querySelector(selector);
const status = $("#status");

const stack = await (await fetch("/stack.json")).json();

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json();
}

$("#connect").addEventListener("submit", async (event) => {
  event.preventDefault();
  const user = new FormData(event.target).get("user").trim();
  if (user === "") return;
  try {
    const { token } = await post("/tokens", { user });
    $("#connections").append(openConnection(user, stack.websocket_url, token));
  } catch (error) {
    status.textContent = `${user} got no token: ${error.message}`;
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
  try {
    const users = form.get("to") === "all" ? [] : names(form.get("users"));
    if (form.get("to") === "users" && users.length === 0) throw new Error("Name a user, or choose Everybody.");
    const exclude = names(form.get("exclude"));
    const data = parseData(form.get("data"));
    await post("/notifications", { via: form.get("via"), notification: { users, exclude_users: exclude, data } });
  } catch (reason) {
    error.textContent = reason.message;
  }
});

/** Names mean nothing to a broadcast. */
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

/** Newest state of each user, by the version that every event carries: a repeat or a latecomer changes nothing. */
const versions = new Map();

function showPresence({ user_id: user, status: state, version }) {
  if ((versions.get(user) ?? 0) >= version) return;
  versions.set(user, version);
  $("#presence-none").hidden = true;
  const list = $("#presence");
  const item = [...list.children].find((one) => one.dataset.user === user) ?? document.createElement("li");
  item.dataset.user = user;
  item.dataset.state = state;
  item.textContent = `${user} is ${state.toLowerCase()}`;
  if (!item.isConnected) list.append(item);
}

function showMessage({ via, body, attributes }) {
  const { source = "", user_id: user = "" } = attributes;
  appendEntry($("#messages"), via, body, `${source} · ${user}`);
  if (source !== "lambda.presence.watchdog") return;
  const { message } = JSON.parse(body);
  showPresence(message);
}

const events = new EventSource("/events");
events.addEventListener("open", () => {
  status.textContent = `Connected to ${stack.websocket_url}`;
});
events.addEventListener("error", () => {
  status.textContent = "This page has lost the local SUMU. It comes back when it is started again.";
});
events.addEventListener("message", ({ data }) => showMessage(JSON.parse(data)));
