import type { Client } from "./client";
import type { Session } from "./session";

/** A notification's way through queue and topic, and a message's until it is acknowledged. */
type Way = "queue" | "topic" | "ack";

type Milliseconds = { readonly [way in Way]: number };

/** In milliseconds, of at least three of each. */
export type Delays = { readonly [way in Way]: { readonly median: number; readonly slowest: number } };

/** A user like any other, who must not notice what other users do. */
export class Bystander {
  #texts = 0;

  private constructor(
    private readonly session: Session,
    private readonly user: string,
    private readonly client: Client,
  ) {}

  /** Connected, and served once by each way, so that no cold start is measured. */
  static async join(session: Session): Promise<Bystander> {
    const user = session.user("bystander");
    const bystander = new Bystander(session, user, await session.connect(user));
    await bystander.#round();
    return bystander;
  }

  /** Is notified through queue and topic, and sends, again and again until the work has ended. At least three times. */
  async during(work: Promise<unknown>): Promise<Delays> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    // If the work fails, the failure is reported at the end.
    over.catch(() => {});
    const rounds: Milliseconds[] = [];
    while (!isOver || rounds.length < 3) rounds.push(await this.#round());
    await over;
    const figures = (["queue", "topic", "ack"] satisfies Way[]).map((of) => {
      const sorted = rounds.map((round) => round[of]).sort((a, b) => a - b);
      return [of, { median: sorted[sorted.length >> 1] ?? 0, slowest: sorted.at(-1) ?? 0 }] as const;
    });
    return Object.fromEntries(figures) as unknown as Delays;
  }

  async #round(): Promise<Milliseconds> {
    return {
      queue: await this.#notified("queue"),
      topic: await this.#notified("topic"),
      ack: await this.#acknowledged(),
    };
  }

  #notified(via: "queue" | "topic"): Promise<number> {
    const text = `${via} ${this.#texts++}`;
    return this.#timed(
      () => this.session.notify(via, { users: [this.user], data: text }),
      (frame) => frame === JSON.stringify(text),
    );
  }

  #acknowledged(): Promise<number> {
    return this.#timed(
      async () => this.client.send('{"action":"send","message":"still here"}'),
      (frame) => frame.startsWith('{"type":"ack"'),
    );
  }

  async #timed(act: () => Promise<void>, isAnswer: (frame: string) => boolean): Promise<number> {
    const from = this.client.frames.length;
    const startedAt = performance.now();
    await act();
    await this.client.frame((frame, index) => index >= from && isAnswer(frame));
    return performance.now() - startedAt;
  }
}
