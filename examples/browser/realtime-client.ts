import { localStorageCursor, SumuClient, type TokenReason } from "sumu-client";

/** What the shop's backend sends to a customer. */
export type ShopEvent = { readonly type: "order.shipped" | "order.cancelled"; readonly order: number };

/** What a customer sends to the shop's backend. */
export type ShopCommand = { readonly type: "order.cancel"; readonly order: number };

/** The customer who is signed in. */
export interface Session {
  /** `wss://…/<stage>`: the module's output `websocket_url`, or your own domain. */
  readonly url: string;
  readonly userId: string;
  /** The identity provider's SDK. It gives a new token if the last one was refused, and nothing if nobody is signed in. */
  readonly token: (why: TokenReason) => Promise<string | undefined>;
}

/** What the page does. */
export interface ShopPage {
  show(event: ShopEvent): void;
  /** Loads the orders from the backend. */
  refetch(): void;
  setOnline(isOnline: boolean): void;
  askToSignIn(): void;
}

/** Connects the page. Call `close` when the customer signs out. */
export function connectShop({ url, userId, token }: Session, page: ShopPage): SumuClient<ShopEvent, ShopCommand> {
  const sumu = new SumuClient<ShopEvent, ShopCommand>({
    url,
    token,
    // Each user has a cursor: the next user of this browser must not go on from it.
    cursor: localStorageCursor(`shop:${userId}`),
  });
  sumu.on("message", ({ data }) => page.show(data));
  sumu.on("gap", () => page.refetch());
  sumu.on("state", (state, why) => {
    page.setOnline(state === "online");
    // The reason `closed` is the page's own `close`.
    if (state === "closed" && why !== "closed") page.askToSignIn();
  });
  return sumu;
}
