import type { Rights } from "./record";

/** Every user may subscribe to these channels. */
export const PUBLIC_PATTERN = "public:*";

const ROOMS = 4;

const room = (number: number): string => `room:${number % ROOMS}`;

/** All channels of a run. Nobody may use `secret:0`. */
export const CHANNELS: readonly string[] = [
  ...["public:0", "public:1"],
  ...Array.from({ length: ROOMS }, (_, number) => room(number)),
  "secret:0",
];

/** The claims of a user's tokens. */
export interface Claims {
  readonly subscribe: readonly string[];
  readonly post: readonly string[];
}

/** @param user - `user-<number>` */
export function claimsOf(user: string): Claims {
  return claimsOfNumber(Number(user.split("-").at(-1)));
}

/** Channels that a user may use: most of what an application does is allowed. */
export function usualChannels(user: number): readonly string[] {
  return ["public:0", "public:1", ...claimsOfNumber(user).subscribe];
}

function claimsOfNumber(number: number): Claims {
  return {
    subscribe: [room(number), room(number + 1)],
    post: [room(number), ...(number % 2 === 0 ? [PUBLIC_PATTERN] : [])],
  };
}

/** The channels that a device's application begins with. Of some, its user may not be in the last one. */
export function firstChannels(user: string, device: number): readonly string[] {
  const [own = "", next = ""] = claimsOf(user).subscribe;
  const forbidden = device % 3 === 0 ? ["secret:0", room(device + 2)] : [];
  return [`public:${device % 2}`, own, ...(device % 4 === 1 ? [next] : []), ...forbidden];
}

const isPublic = (channel: string): boolean => channel.startsWith("public:");

/** Without the product's own code, which a run tests. */
export const RIGHTS: Rights = {
  maySubscribe: (user, channel) => isPublic(channel) || claimsOf(user).subscribe.includes(channel),
  mayPost: (user, channel) => {
    const { post } = claimsOf(user);
    return post.includes(channel) || (isPublic(channel) && post.includes(PUBLIC_PATTERN));
  },
};
