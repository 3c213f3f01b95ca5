// Runs examples/clients/client.mjs with the options of its argument, and prints a line for each thing that happens.
import { listen } from "../../examples/clients/client.mjs";

const { url, tokens, ...seconds } = JSON.parse(process.argv[2]);
const say = (line) => console.log(JSON.stringify(line));

listen({
  url,
  token: async () => (tokens.length > 1 ? tokens.shift() : tokens[0]),
  onOnline: (send) => {
    say({ online: true });
    send({ hello: "backend" });
  },
  onNotification: (notification) => say({ notification }),
  signal: new AbortController().signal,
  ...seconds,
}).catch((error) => say({ error: error.message }));
