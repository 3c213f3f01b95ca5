// Runs in Node.js, Deno and Bun: uses the built client as an application does, and prints what it has seen.
const [url, library, sockets] = (globalThis.Deno?.args ?? globalThis.process.argv.slice(2)).filter(Boolean);
const { SumuClient } = await import(library);
const WebSocket = sockets ? (await import(sockets)).default : globalThis.WebSocket;

const heard = [];
const states = [];
const client = new SumuClient({ url, token: () => "alice", WebSocket });
client.on("state", (state, why) => states.push(why ? `${state}: ${why}` : state));
client.on("message", ({ data, recovered }) => heard.push([data, recovered]));
const nextMessage = () =>
  new Promise((resolve) => {
    const off = client.on("message", (message) => {
      off();
      resolve(message);
    });
  });

await client.send("hello");
const room = client.channel("room:1");
await room.post("posted");
const first = nextMessage();
room.subscribe(() => {}, { after: "0" });
await first;
// The server cuts the connection, and sends three notifications before the client is back.
await client.send({ cut: 3 });
while (heard.length < 4) await nextMessage();

const refused = new SumuClient({ url, token: () => "refused", WebSocket });
const refusal = new Promise((resolve) => refused.on("state", (state, why) => state === "closed" && resolve(why)));
// Only the package ws says the status of a refused handshake.
if (!sockets) refused.close();
const why = await refusal;
await client.close();
const missed = heard.slice(1).sort();
console.log(JSON.stringify({ first: heard[0], missed, states, why }));
