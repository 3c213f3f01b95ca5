import type { Command } from "../command";
import { readConnections } from "../read-connections";

export const who: Command = {
  usage: "who [user]",
  summary: "lists the open connections of a user, or of everybody",
  writes: false,
  words: [0, 1],
  notes: ["Without a user, it reads the whole table of connections."],
  run: async ({ stack, words: [user], print, progress }) => {
    progress(user === undefined ? "Reading the connections table" : `Reading the connections of ${user}`);
    const connections = await readConnections(stack, user);
    for (const { userId, connectionId, connectedAt } of connections) {
      const since = new Date(connectedAt).toISOString();
      print({ userId, connectionId, connectedAt: since }, `${since}  ${connectionId}  ${userId}`);
    }
    if (connections.length > 0) {
      const users = new Set(connections.map(({ userId }) => userId)).size;
      progress(`${counted(connections.length, "connection")} of ${counted(users, "user")}.`);
    }
    if (connections.length === 0) progress(user === undefined ? "Nobody is connected." : `${user} is not connected.`);
    return undefined;
  },
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
