import { fullJitterMs } from "../aws/backoff";
import { type PostResult, payload } from "../aws/connections-api";
import { type Clock, sleep } from "../shared/clock";

/** What became of a frame for a client. `failed`: every try failed, or the time was over. */
export type SendResult = "sent" | "gone" | "failed";

/** The client's end of a connection. */
export interface Socket {
  /** Sends a frame, and tries again what fails temporarily. Never throws. */
  send(connectionId: string, text: string): Promise<SendResult>;
}

export interface SocketPorts {
  readonly endpoint: {
    post(connectionId: string, message: ReturnType<typeof payload>, deadline: number): Promise<PostResult>;
  };
  readonly clock: Clock;
  readonly random: () => number;
  /** Epoch milliseconds after which no try begins. */
  readonly deadline: number;
}

const TRIES = 5;
const BACKOFF = { baseMs: 100, ceilingMs: 2_000 };

/** The socket through API Gateway's `@connections`. */
export function connectionSocket({ endpoint, clock, random, deadline }: SocketPorts): Socket {
  return {
    async send(connectionId, text) {
      const message = payload(text);
      for (let failures = 1; ; failures++) {
        const result = await endpoint.post(connectionId, message, deadline);
        if (typeof result === "number" && result >= 200 && result < 300) return "sent";
        if (result === 410 || result === 400 || result === "unaddressable") return "gone";
        const waitMs = fullJitterMs(failures, BACKOFF, random);
        if (result === 413 || failures === TRIES || clock.now() + waitMs >= deadline) return "failed";
        await sleep(clock, waitMs);
      }
    },
  };
}
