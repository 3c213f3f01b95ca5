import { randomUUID } from "node:crypto";
import { ANSWER_PATIENCE_MS, ASK_AGAIN_MS, type Frame, isForNow, type SendFrame } from "./small-frame";

interface Post {
  readonly frame: { readonly id: string };
  readonly posted: (id: string) => void;
  readonly refused: (error: Error) => void;
  again?: NodeJS.Timeout | undefined;
}

/** The posts of the small client. A post without an answer is sent again, over the next connection, too. */
export class SmallPosts {
  readonly #posts = new Map<string, Post>();
  #count = 0;
  #send: SendFrame | undefined;

  post(channel: string, data: unknown): Promise<string> {
    const id = `post-${++this.#count}`;
    return new Promise((posted, refused) => {
      // The key says that a frame that is sent again is the same post.
      const post = { frame: { action: "post", id, key: randomUUID(), channel, data }, posted, refused };
      this.#posts.set(id, post);
      this.#transmit(post);
    });
  }

  opened(send: SendFrame): void {
    this.#send = send;
    for (const post of this.#posts.values()) this.#transmit(post);
  }

  lost(): void {
    this.#send = undefined;
    for (const { again } of this.#posts.values()) clearTimeout(again);
  }

  /** @returns whether the frame was the answer to a post */
  answered({ type, id = "", notification = "", reason = "" }: Frame): boolean {
    const post = type === "posted" || type === "refused" ? this.#posts.get(id) : undefined;
    if (post === undefined) return false;
    if (type === "refused" && isForNow(reason)) this.#transmitAfter(post, ASK_AGAIN_MS);
    else this.#end(post, type === "posted" ? () => post.posted(notification) : () => post.refused(withCode(reason)));
    return true;
  }

  close(): void {
    for (const post of this.#posts.values()) this.#end(post, () => post.refused(withCode("closed")));
  }

  #end(post: Post, settle: () => void): void {
    clearTimeout(post.again);
    this.#posts.delete(post.frame.id);
    settle();
  }

  #transmit(post: Post): void {
    if (this.#send === undefined) return;
    this.#send(post.frame);
    this.#transmitAfter(post, ANSWER_PATIENCE_MS);
  }

  #transmitAfter(post: Post, milliseconds: number): void {
    clearTimeout(post.again);
    post.again = setTimeout(() => this.#transmit(post), milliseconds);
  }
}

const withCode = (code: string): Error => Object.assign(new Error(code), { code });
