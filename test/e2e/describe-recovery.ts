import { cursorAt, HISTORY_SPARE_SECONDS } from "../../src/contract/history";
import { assertMatches } from "../support/wire-schemas";
import type { Client } from "./client";
import type { Session } from "./session";

/** How long the stack keeps notifications. */
const HISTORY_SECONDS = 3_600;

interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly cursor?: string;
  readonly recovered?: true;
  readonly data?: unknown;
}

const parsed = (client: Client): Frame[] => client.frames.map((frame) => JSON.parse(frame));

/** Sends `recover`, and gives its answer and the notifications before it. */
export async function recoverOn(
  client: Client,
  id: string,
  after?: string,
): Promise<{ readonly answer: Frame; readonly notifications: readonly Frame[] }> {
  client.send(JSON.stringify({ action: "recover", id, after }));
  await client.frame((text) => {
    const frame: Frame = JSON.parse(text);
    return frame.id === id && (frame.type === "recovered" || frame.type === "refused");
  });
  const frames = parsed(client).filter(({ type }) => type !== "ack");
  for (const frame of frames) assertMatches("pushed-frame", frame);
  const index = frames.findIndex((frame) => frame.id === id && frame.type !== "notification");
  return {
    answer: frames[index] as Frame,
    notifications: frames.slice(0, index).filter(({ recovered }) => recovered === true),
  };
}

/** Clients of a stack with history that were away. */
export function itRecovers(session: () => Session): void {
  describe("a client that was away", () => {
    afterEach(() => session().closeClients());

    it("gets what was sent meanwhile, once and in order, and so does the user's second device", async () => {
      const [alice, bob] = [session().user("alice"), session().user("bob")];
      const phone = await session().connect(alice, "2");
      const {
        answer: { cursor },
      } = await recoverOn(phone, "place");
      await phone.close();

      // Bob has each one before the next is sent, so their order is known.
      const witness = await session().connect(bob, "2");
      const sent = ["first", "second", "third", "to-everyone"].map((text) => session().user(text));
      for (const [index, id] of sent.entries()) {
        const to = index === 3 ? "everyone" : { users: [alice, bob] };
        await session().notify(index % 2 === 0 ? "queue" : "topic", { notification: { to, id, data: { index } } });
        await witness.frame((frame) => JSON.parse(frame).id === id);
      }
      const other = { users: [bob] };
      await session().notify("queue", { notification: { to: other, id: session().user("not-for-alice"), data: 1 } });

      for (const device of [await session().connect(alice, "2"), await session().connect(alice, "2")]) {
        const { answer, notifications } = await recoverOn(device, "recovery", cursor);
        expect(notifications.map(({ id, data }) => [id, data])).toEqual(sent.map((id, index) => [id, { index }]));
        expect(answer).toMatchObject({ type: "recovered", complete: true });
        const again = await recoverOn(device, "again", cursorAt(Date.now() + 60_000, "0"));
        expect(again.answer).toMatchObject({ complete: true });
        expect(parsed(device).filter(({ id }) => id === sent[0])).toHaveLength(1);
      }
    });

    it("gets a notification that comes after it is back live, with its place in the history", async () => {
      const alice = session().user("alice");
      const client = await session().connect(alice, "2");
      const { answer } = await recoverOn(client, "place");
      const id = session().user("live");
      await session().notify("queue", { notification: { to: { users: [alice] }, id, data: "live" } });
      const frame: Frame = JSON.parse(await client.frame((text) => JSON.parse(text).id === id));
      expect(frame).toEqual({ type: "notification", id, cursor: expect.any(String), data: "live" });
      expect((frame.cursor ?? "") > (answer.cursor ?? "")).toBe(true);
    });

    it("learns of a gap after it was away for longer than notifications are kept", async () => {
      const client = await session().connect(session().user("alice"), "2");
      const longAgo = Date.now() - (HISTORY_SECONDS + HISTORY_SPARE_SECONDS + 1) * 1_000;
      const { answer } = await recoverOn(client, "1", cursorAt(longAgo, "0"));
      expect(answer).toEqual({ type: "recovered", id: "1", cursor: expect.any(String), complete: false, gap: true });
    });

    it("does not get what was sent with keep: false", async () => {
      const alice = session().user("alice");
      const witness = await session().connect(alice, "2");
      const [left, kept] = [session().user("left-out"), session().user("kept")];
      for (const [id, keep] of [
        [left, false],
        [kept, true],
      ] as const) {
        await session().notify("queue", { notification: { to: { users: [alice] }, id, keep, data: 1 } });
        await witness.frame((frame) => JSON.parse(frame).id === id);
      }
      const { notifications } = await recoverOn(await session().connect(alice, "2"), "1", "0");
      expect(notifications.map(({ id }) => id).filter((id) => id === left || id === kept)).toEqual([kept]);
    });

    it("is refused if it has not connected with protocol 2", async () => {
      const client = await session().connect(session().user("alice"));
      const { answer } = await recoverOn(client, "1", "0");
      expect(answer).toMatchObject({ type: "refused", action: "recover", reason: "protocol" });
    });
  });
}
