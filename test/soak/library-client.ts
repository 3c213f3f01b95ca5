import { type SocketClass, SumuClient, tokenLifeMs } from "../../client/src/index";
import type { CreateSoakClient } from "./soak-client";

/** An application whose user signs in again when the client has stopped. */
const SIGN_IN_MS = 1_000;

/** The client library, as an application uses it. */
export const createLibraryClient: CreateSoakClient = ({ url, token, openSocket, memory, onMessage, onGap }) => {
  const client = new SumuClient({
    url,
    token,
    // A class whose objects are those of the function.
    WebSocket: function (this: unknown, address: string) {
      return openSocket(address);
    } as unknown as SocketClass,
    connectionLifeMs: tokenLifeMs,
    cursor: memory,
  });
  const offs = new Map<string, () => void>();
  let signIn: NodeJS.Timeout | undefined;
  client.on("message", ({ id = "", data, channel, from }) => onMessage({ id, data, channel, from }));
  client.on("gap", ({ channel }) => onGap(channel));
  client.on("state", (state, why) => {
    if (state === "closed" && why !== "closed") signIn = setTimeout(client.reconnect, SIGN_IN_MS);
  });
  return {
    subscribe: (channel) => {
      offs.set(
        channel,
        client.channel(channel).subscribe(() => {}),
      );
    },
    unsubscribe: (channel) => offs.get(channel)?.(),
    post: async (channel, data) => (await client.channel(channel).post(data)) ?? "",
    close: () => {
      clearTimeout(signIn);
      return client.close();
    },
  };
};
