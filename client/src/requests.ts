import { type Connection, type Link, PATIENCE_MS } from "./connection";
import { SumuError } from "./error";
import { asText, type Frame } from "./frame";
import type { Timers } from "./timers";

/** How many messages wait, and how long. */
export interface WaitingOptions {
  /** So many messages wait for their turn or for a connection; one more is refused. @default 1_000 */
  readonly maxWaiting?: number;
  /** A message that has no answer after this time is given up, in milliseconds. @default 300_000 */
  readonly maxWaitingMs?: number;
}

/** What the client asks SUMU for. */
export interface ClientFrame {
  readonly action: "send" | "publish" | "recover" | "subscribe" | "unsubscribe" | "post";
  readonly [member: string]: unknown;
}

interface Request {
  readonly action: string;
  /** Of a request whose answer has it too. */
  readonly id: string;
  /** `send` or `publish`: the answer has no id. */
  readonly isPlain: boolean;
  /** The only link on which the request makes sense. */
  readonly own: Link | undefined;
  readonly transmit: (link: Link) => void;
  readonly settle: (answer: Frame | SumuError) => void;
  /** The link by which it was sent. */
  link?: Link | undefined;
}

/** The client's requests and their answers. */
export interface Requests {
  /**
   * @returns the answer
   * @throws SumuError
   */
  ask(frame: ClientFrame, link?: Link): Promise<Frame>;
  /** @returns whether the frame was an answer */
  received(link: Link, frame: Frame): boolean;
  /** An answer is on its way: it is waited for longer. */
  postpone(link: Link): void;
  dropped(link: Link, code?: number): void;
  pump(): void;
  clear(): void;
}

/** A browser cannot split a message into frames, and API Gateway closes the connection over a larger frame. */
const MAX_FRAME_BYTES = 32 * 1_024;
/** API Gateway gives up an integration after 29 s, and the control function answers through a queue. */
const ANSWER_MS = 30_000;
/** A busy server gets the same request again after this, or up to half earlier. */
const BUSY_MS = 5_000;
/** The client waits twice as long after each try, and at most so many times as long. Else many clients make a long queue longer. */
const MOST_PATIENT = 4;

/**
 * A plain request is answered by an `ack` that does not say for which request it is, so there is one in flight. API
 * Gateway's `Forbidden` does not say it either: of the requests whose action may have no route, there is one in flight
 * on a link. If a link ends before the answer comes, the request is sent again by the next link.
 */
export function createRequests(connection: Connection, timers: Timers, options: WaitingOptions): Requests {
  const { maxWaiting = 1_000, maxWaitingMs = 300_000 } = options;
  const requests = new Set<Request>();
  /** Actions that have a route. */
  const known = new Set(["send", "publish"]);
  let count = 0;
  /** So many times as long as usual, the client waits before it sends a request again. */
  let patience = 1;

  async function ask(frame: ClientFrame, own?: Link): Promise<Frame> {
    const { action } = frame;
    const id = `${++count}`;
    const isPlain = "message" in frame;
    const text = JSON.stringify(isPlain ? frame : { ...frame, id });
    if (new TextEncoder().encode(text).length > MAX_FRAME_BYTES) throw new SumuError("too_large");
    if (connection.state === "closed" || own?.isDropped) throw new SumuError("closed");
    if (!own && requests.size >= maxWaiting) throw new SumuError("too_many_waiting");
    return new Promise((resolve, reject) => {
      const request: Request = {
        action,
        id,
        isPlain,
        own,
        transmit(link) {
          request.link = link;
          link.socket.send(text);
          if (isPlain) timers.set(id, PATIENCE_MS, () => doubt(request));
          else again(request, link, ANSWER_MS);
        },
        settle(answer) {
          patience = 1;
          requests.delete(request);
          timers.clear(id, `${id} age`);
          if (answer instanceof SumuError) reject(answer);
          else resolve(answer);
        },
      };
      requests.add(request);
      if (!own) {
        // The answer to a request in flight is waited for.
        timers.set(`${id} age`, maxWaitingMs, () => request.link || request.settle(new SumuError("timeout")));
      }
      pump();
    });
  }

  const isOver = ({ id, own }: Request) => !own && !timers.has(`${id} age`);

  /** A missing answer does not show that the link is dead: a missing pong does. */
  function doubt({ id, link }: Request): void {
    if (link === connection.activeLink) connection.probe();
    // No answer comes any more. On another link, a late answer cannot be taken for the answer to the next request.
    timers.set(id, ANSWER_MS - PATIENCE_MS, connection.connect);
  }

  function pump(): void {
    let isBusy = false;
    const asked = new Set<Link>();
    for (const request of requests) {
      const { isPlain, action } = request;
      const link = request.link ?? request.own ?? connection.activeLink;
      if (!link) continue;
      const isUnknown = !known.has(action);
      const isNext = !(isPlain ? isBusy : isUnknown && asked.has(link));
      if (isPlain) isBusy = true;
      if (isUnknown) asked.add(link);
      if (isNext && !request.link) request.transmit(link);
    }
  }

  function received(link: Link, frame: Frame): boolean {
    const { type, id, action, reason, message } = frame;
    const inFlight = [...requests].filter((request) => request.link === link);
    const isGateway = !type && asText(frame.requestId) && asText(frame.connectionId);
    const isForbidden = isGateway && message === "Forbidden";
    const isPlain = isGateway || type === "ack" || type === "error";
    const request =
      (isForbidden && (inFlight.find((one) => !known.has(one.action)) ?? inFlight.find((one) => !one.isPlain))) ||
      inFlight.find((one) =>
        isGateway ? one.isPlain : isPlain ? one.action === action : !one.isPlain && one.id === id,
      );
    // A numbered request has a route, so messages come in envelopes. Any other frame is an answer that comes again.
    if (!request) return !!isPlain || known.size > 2;
    if (!isGateway) known.add(request.action);
    if (isForbidden) request.settle(new SumuError("not_supported"));
    // The answer to an earlier try may still come.
    else if (isGateway || reason === "too_many_requests" || reason === "unavailable")
      again(request, link, BUSY_MS * (1 - Math.random() / 2));
    // The queue has a numbered request: its answer comes later.
    else if (type !== "ack" || request.isPlain) {
      const isRefused = type === "error" || type === "refused";
      request.settle(isRefused ? new SumuError(asText(reason) ?? "refused", asText(message)) : frame);
    }
    pump();
    return true;
  }

  function postpone(link: Link): void {
    for (const request of requests) {
      if (request.link === link && !request.isPlain) again(request, link, ANSWER_MS);
    }
  }

  /** Sends the request again if no answer comes until then. */
  function again(request: Request, link: Link, waitMs: number): void {
    timers.set(request.id, waitMs * patience, () => {
      if (patience < MOST_PATIENT) patience *= 2;
      if (isOver(request)) request.settle(new SumuError("timeout"));
      else request.transmit(link);
    });
  }

  function dropped(link: Link, code?: number): void {
    for (const request of requests) {
      if ((request.link ?? request.own) !== link) continue;
      request.link = undefined;
      timers.clear(request.id);
      if (request.own) request.settle(new SumuError("dropped"));
      else if (code === 1009) request.settle(new SumuError("too_large"));
      else if (isOver(request)) request.settle(new SumuError("timeout"));
    }
    pump();
  }

  return {
    ask,
    received,
    postpone,
    dropped,
    pump,
    clear() {
      for (const { settle } of requests) settle(new SumuError("closed"));
    },
  };
}
