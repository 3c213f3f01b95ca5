import type { Channel } from "./channels";
import type { ConnectionState } from "./connection";
import type { SumuEvents } from "./core";

/** What an application uses of a client: `SumuClient` has it, and what `shareTabs` gives. */
export interface Sumu<Data = unknown, Sent = unknown> {
  /** What the client does at this moment. */
  readonly state: ConnectionState;
  /** Calls the handler each time that the event happens; the returned function takes it off. */
  on<Name extends keyof SumuEvents>(name: Name, handler: (...values: SumuEvents<Data>[Name]) => void): () => void;
  /** Sends to the messages queue. */
  send(message: Sent): Promise<void>;
  /** Sends to the messages topic. */
  publish(message: Sent): Promise<void>;
  /** A channel by its name. */
  channel<ChannelData = Data>(name: string): Channel<ChannelData>;
  /** Connects at once, with a new token. */
  reconnect(): void;
  /** Closes the connection. */
  close(): Promise<void>;
}
