import {
  checkChannels,
  checkDataBytes,
  checkEpochSeconds,
  checkId,
  checkNamedUsers,
  checkReason,
  checkUserIds,
  checkUsers,
  type OneOrMore,
} from "./check";
import { InvalidInputError } from "./errors";
import { byteLength, jsonText } from "./json-text";
import { CHANNELS_PER_REQUEST, REQUEST_BYTES, USERS_PER_REQUEST } from "./limits";

/** A request for the notifications queue. Its body contains the payload, so it is not shown when the request is logged. */
export class SumuRequest {
  readonly #body: string;
  /** The notification's id, or `disconnect` or `revoke`. */
  readonly name: string;

  constructor(name: string, body: string) {
    this.name = name;
    this.#body = body;
  }

  /** The JSON text for the queue. */
  get body(): string {
    return this.#body;
  }
}

/** How a notification is sent. */
export interface NotifyOptions {
  /**
   * What clients of protocol 2 get as the notification's id: 1 to 128 visible ASCII characters. The same id in a second
   * call means the same notification: a client library drops the repeat. @default - a new UUID
   */
  readonly id?: string;
  /** `false`: the notification does not go into history. @default true */
  readonly keep?: boolean;
  /** Users who do not get it. @default - nobody */
  readonly except?: OneOrMore;
}

/** A notification for users. A long list makes several requests with the same id. */
export function notifyRequests(
  users: OneOrMore,
  data: unknown,
  options: NotifyOptions & { id: string },
): SumuRequest[] {
  return splitRequests("users", checkUsers(users), USERS_PER_REQUEST, data, options);
}

/** A notification for the subscribers of channels. */
export function channelRequests(
  channels: OneOrMore,
  data: unknown,
  options: NotifyOptions & { id: string },
): SumuRequest[] {
  return splitRequests("channels", checkChannels(channels), CHANNELS_PER_REQUEST, data, options);
}

/** A notification for every connection. */
export function everyoneRequests(data: unknown, options: NotifyOptions & { id: string }): SumuRequest[] {
  const body = `{"notification":{"to":"everyone",${members(data, options)}`;
  checkFits(body);
  return [new SumuRequest(options.id, body)];
}

/** Closes connections of users. */
export function disconnectRequests(users: OneOrMore, { reason }: { readonly reason?: string }): SumuRequest[] {
  const end = reason === undefined ? "" : `,"reason":${jsonText(checkReason(reason))}`;
  return split(checkNamedUsers(users), USERS_PER_REQUEST, '{"disconnect":{"users":[', `]${end}}}`).map(
    (body) => new SumuRequest("disconnect", body),
  );
}

/** Makes the authorizer refuse older tokens of users, and closes their connections. */
export function revokeRequests(users: OneOrMore, issuedBefore: number): SumuRequest[] {
  const end = `],"issued_before":${checkEpochSeconds(issuedBefore)}}}`;
  return split(checkNamedUsers(users), USERS_PER_REQUEST, '{"revoke":{"users":[', end).map(
    (body) => new SumuRequest("revoke", body),
  );
}

function splitRequests(
  kind: "users" | "channels",
  names: readonly string[],
  count: number,
  data: unknown,
  options: NotifyOptions & { id: string },
): SumuRequest[] {
  const start = `{"notification":{"to":{"${kind}":[`;
  return split(names, count, start, `]},${members(data, options)}`).map((body) => new SumuRequest(options.id, body));
}

/** What follows `to`, with the closing braces. */
function members(data: unknown, { id, keep, except }: NotifyOptions & { id: string }): string {
  const text = jsonText(data);
  checkDataBytes(byteLength(text));
  const excluded = except === undefined ? [] : checkUserIds(except, "except");
  if (keep !== undefined && typeof keep !== "boolean") {
    throw new InvalidInputError("keep_invalid", "keep is not true or false");
  }
  return [
    excluded.length > 0 ? `"except":{"users":${jsonText(excluded)}},` : "",
    `"id":${jsonText(checkId(id))},`,
    keep === false ? '"keep":false,' : "",
    `"data":${text}}}`,
  ].join("");
}

/** Bodies with at most `count` names, none larger than a message of the queue. */
function split(names: readonly string[], count: number, start: string, end: string): string[] {
  const room = REQUEST_BYTES - byteLength(start) - byteLength(end);
  const bodies: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  for (const name of names) {
    const text = jsonText(name);
    const size = byteLength(text) + 1;
    if (texts.length === count || (texts.length > 0 && bytes + size > room)) {
      bodies.push(start + texts.join(",") + end);
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += size;
  }
  bodies.push(start + texts.join(",") + end);
  for (const body of bodies) checkFits(body);
  return bodies;
}

function checkFits(body: string): void {
  const bytes = byteLength(body);
  if (bytes <= REQUEST_BYTES) return;
  throw new InvalidInputError(
    "request_too_large",
    `the request has ${bytes} bytes, and at most ${REQUEST_BYTES} fit: shorten except, which cannot be split`,
  );
}
