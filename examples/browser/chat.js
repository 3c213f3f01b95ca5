import { SumuClient } from "sumu-client";

const [signIn, state, posts, post, notice] = ["sign-in", "state", "posts", "post", "notice"].map((id) =>
  document.getElementById(id),
);
let sumu;
let room;
/** The first live post of this connection. What the history has is older. */
let firstLive = null;

function join({ url, token }) {
  sumu?.close();
  posts.replaceChildren();
  notice.textContent = "";
  // Without a store for the cursor, a reload begins with nothing, as the page does.
  sumu = new SumuClient({ url, token: () => token });
  sumu.on("state", (name) => {
    state.textContent = name;
    if (name === "online") firstLive = null;
  });
  sumu.on("refused", ({ channel, reason }) => say(`You may not read ${channel}: ${reason}.`));
  sumu.on("gap", () => say("Some posts may be missing."));
  room = sumu.channel("room:42");
  room.subscribe(show, { after: "0" }); // first all that the history has
  post.querySelector("button").disabled = false;
}

function show({ data, from = "the backend", recovered }) {
  const line = document.createElement("li");
  // textContent, not innerHTML: another user has written it. It may be any JSON.
  line.textContent = `${from}: ${data?.text}`;
  posts.insertBefore(line, recovered ? firstLive : null);
  if (!recovered) firstLive ??= line;
}

function say(text) {
  notice.textContent = text;
}

post.onsubmit = async (event) => {
  event.preventDefault();
  const { text } = Object.fromEntries(new FormData(post));
  post.reset();
  say("");
  try {
    await room.post({ text }); // the page shows it when it comes back from the room
  } catch (error) {
    say(`"${text}" was not posted: ${error.code}.`);
  }
};

signIn.onsubmit = (event) => {
  event.preventDefault();
  const session = Object.fromEntries(new FormData(signIn));
  signIn.reset();
  sessionStorage.setItem("chat", JSON.stringify(session)); // in your application: the SDK of the identity provider
  join(session);
};

const session = sessionStorage.getItem("chat");
if (session) join(JSON.parse(session));
