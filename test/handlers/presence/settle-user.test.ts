import type { PresenceRow } from "../../../handlers/presence/presence-row";
import { ANNOUNCE_PATIENCE_MS, OutOfTimeError } from "../../../handlers/presence/settle-user";
import { ScriptedUser } from "./support/scripted-ports";

const online: PresenceRow = { status: "ONLINE", version: 900_000, changedAt: 900_000, announced: 900_000 };
const offline: PresenceRow = { status: "OFFLINE", version: 950_000, changedAt: 950_000, announced: 950_000 };
const crash = () => {
  throw new Error("the function dies here");
};

describe("settling a user", () => {
  it("takes six calls for an event: looks, writes, publishes, marks, looks again", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    await user.settle();
    expect(user.calls).toEqual(["read", "isConnected", "replace", "publish", "markAnnounced", "isConnected"]);
    expect(user.published).toEqual([{ status: "ONLINE", version: 1_000_000, changedAt: 1_000_000, announced: 0 }]);
    expect(user.row).toEqual({ status: "ONLINE", version: 1_000_000, changedAt: 1_000_000, announced: 1_000_000 });
  });

  it("takes two calls where nothing has changed", async () => {
    const user = new ScriptedUser();
    user.connections = 2;
    user.row = online;
    await user.settle();
    expect(user.calls).toEqual(["read", "isConnected"]);
  });

  it("says nothing of a user never seen who is gone again", async () => {
    const user = new ScriptedUser();
    await user.settle();
    expect(user.calls).toEqual(["read", "isConnected"]);
    expect(user.row).toBeUndefined();
  });

  it("corrects an ONLINE written after the device had left and the record of its leaving was done", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    user.row = offline;
    const other = new ScriptedUser();
    user.before.set("replace 1", async () => {
      user.connections = 0;
      other.row = user.row;
      await other.settle();
    });
    await user.settle();
    expect(other.calls).toEqual(["read", "isConnected"]);
    expect(user.events).toEqual(["1000000 ONLINE", "1000001 OFFLINE"]);
    expect(user.row).toMatchObject({ status: "OFFLINE", version: 1_000_001, announced: 1_000_001 });
  });

  it("corrects such an ONLINE when its record is tried again, if the function died right after writing it", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    user.row = offline;
    user.before.set("replace 1", () => {
      user.connections = 0;
    });
    user.after.set("replace 1", crash);
    await expect(user.settle()).rejects.toThrow("the function dies here");
    expect(user.row).toMatchObject({ status: "ONLINE", version: 1_000_000, announced: 950_000 });
    await user.settle();
    expect(user.events).toEqual(["1000000 ONLINE", "1001000 OFFLINE"]);
  });

  it.each(["read", "isConnected", "replace", "publish", "markAnnounced"])(
    "loses no event and repeats only the same bytes when it dies before or after %s",
    async (step) => {
      for (const side of ["before", "after"] as const) {
        const user = new ScriptedUser();
        user.connections = 1;
        user[side].set(`${step} 1`, crash);
        await expect(user.settle()).rejects.toThrow("the function dies here");
        await user.settle();
        user.connections = 0;
        await user.settle();
        const seen = new Map(user.published.map((row) => [row.version, row]));
        expect([...seen.values()].map(({ status }) => status)).toEqual(["ONLINE", "OFFLINE"]);
        for (const row of user.published) expect(row.changedAt).toBe(seen.get(row.version)?.changedAt);
        const version = user.published.at(-1)?.version;
        expect(user.row).toMatchObject({ status: "OFFLINE", version, announced: version });
      }
    },
  );

  it("publishes what is still owed before it writes the next version", async () => {
    const user = new ScriptedUser();
    user.row = { ...online, announced: 0 };
    await user.settle();
    expect(user.events).toEqual(["900000 ONLINE", "1000000 OFFLINE"]);
    expect(user.calls.slice(0, 4)).toEqual(["read", "publish", "markAnnounced", "isConnected"]);
  });

  it("leaves a version just written to its writer, and publishes it itself when that takes over a second", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    user.row = { ...online, changedAt: user.now, announced: 0 };
    user.before.set("read 3", () => {
      user.row = { ...online, changedAt: user.now };
    });
    await user.settle();
    expect(user.events).toEqual([]);

    const orphan = new ScriptedUser();
    orphan.connections = 1;
    orphan.row = { ...online, changedAt: orphan.now, announced: 0 };
    await orphan.settle();
    expect(orphan.events).toEqual(["900000 ONLINE"]);
    expect(orphan.now).toBe(1_000_000 + ANNOUNCE_PATIENCE_MS);
  });

  it("waits no longer for a writer whose clock runs ahead by an hour", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    user.row = { ...online, changedAt: user.now + 3_600_000, announced: 0 };
    await user.settle();
    expect(user.now).toBe(1_000_000 + ANNOUNCE_PATIENCE_MS);
  });

  it("gives a later change a later version and timestamp, although the earlier one's clock ran ahead", async () => {
    const user = new ScriptedUser();
    user.row = { ...online, version: user.now + 5_000, announced: user.now + 5_000, changedAt: user.now + 5_000 };
    await user.settle();
    expect(user.published).toMatchObject([{ version: user.now + 5_001, changedAt: user.now + 5_001 }]);
  });

  describe("never lets a user's version go back", () => {
    const change = async (user: ScriptedUser, connections: number) => {
      user.now += 1_000;
      user.connections = connections;
      await user.settle();
    };
    const versions = (user: ScriptedUser) => user.published.map(({ version }) => version);

    it("when the row is deleted, or its table is replaced", async () => {
      const user = new ScriptedUser();
      await change(user, 1);
      await change(user, 0);
      await change(user, 1);
      user.row = undefined;
      await change(user, 1);
      await change(user, 0);
      expect(versions(user)).toEqual([1_001_000, 1_002_000, 1_003_000, 1_004_000, 1_005_000]);
    });

    it("when the table is restored from an older state", async () => {
      const user = new ScriptedUser();
      await change(user, 1);
      const backup = user.row;
      await change(user, 0);
      await change(user, 1);
      user.row = backup;
      await change(user, 0);
      expect(versions(user)).toEqual([1_001_000, 1_002_000, 1_003_000, 1_004_000]);
    });

    it("when a row has a version that an earlier watchdog counted", async () => {
      const user = new ScriptedUser();
      user.row = { ...online, version: 7, announced: 7 };
      await change(user, 0);
      expect(versions(user)).toEqual([1_001_000]);
    });
  });

  it("rejects when the deadline comes while others keep changing the user, so that the record is tried again", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    const flap = { ...offline };
    for (let count = 1; count < 100; count++) {
      user.before.set(`replace ${count}`, () => {
        flap.version += 2;
        flap.announced += 2;
        user.row = { ...flap };
        user.now += 100;
      });
    }
    user.row = offline;
    const error = await user.settle({ deadline: user.now + 1_000 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OutOfTimeError);
    expect(user.calls.filter((call) => call === "replace")).toHaveLength(10);
  });
});

describe("settling a user with a grace of 30 s", () => {
  const graceMs = 30_000;

  it("says nothing when the last device goes, and asks to be woken", async () => {
    const user = new ScriptedUser();
    user.row = online;
    await user.settle({ graceMs });
    expect(user.calls).toEqual(["read", "isConnected", "replace", "isConnected", "checkLater 30 s"]);
    expect(user.row).toEqual({ ...online, offlineSince: 1_000_000 });
  });

  it("says OFFLINE when the check comes and the user is still gone", async () => {
    const user = new ScriptedUser();
    user.row = { ...online, offlineSince: user.now - 30_000 };
    await user.settle({ graceMs });
    expect(user.events).toEqual(["1000000 OFFLINE"]);
    expect(user.row).toEqual({ status: "OFFLINE", version: 1_000_000, changedAt: 1_000_000, announced: 1_000_000 });
  });

  it("drops a waiting OFFLINE when the user comes back", async () => {
    const user = new ScriptedUser();
    user.connections = 1;
    user.row = { ...online, offlineSince: user.now - 29_000 };
    await user.settle({ graceMs });
    expect(user.events).toEqual([]);
    expect(user.row).toEqual(online);
  });

  it("waits anew when the user came and went again within the window, although nobody saw it", async () => {
    const user = new ScriptedUser();
    user.row = { ...online, offlineSince: user.now - 29_000 };
    await user.settle({ graceMs, lastSeenAt: user.now - 500 });
    expect(user.row?.offlineSince).toBe(user.now - 500);
    expect(user.calls.at(-1)).toBe("checkLater 30 s");
  });

  it("does not wait anew for a record that is tried again", async () => {
    const user = new ScriptedUser();
    user.row = online;
    await user.settle({ graceMs, lastSeenAt: user.now });
    user.now += 20_000;
    await user.settle({ graceMs, lastSeenAt: user.now - 20_000 });
    expect(user.row?.offlineSince).toBe(1_000_000);
    expect(user.calls.at(-1)).toBe("checkLater 10 s");
  });

  it("asks again when it died between noting the wait and asking to be woken", async () => {
    const user = new ScriptedUser();
    user.row = online;
    user.before.set("checkLater 30 s 1", crash);
    await expect(user.settle({ graceMs })).rejects.toThrow("the function dies here");
    user.now += 4_200;
    await user.settle({ graceMs });
    expect(user.calls.at(-1)).toBe("checkLater 26 s");
  });

  it("opens a window when a check finds none, since its record may have died before writing it", async () => {
    const user = new ScriptedUser();
    user.row = online;
    await user.settle({ graceMs });
    expect(user.row?.offlineSince).toBe(1_000_000);
  });

  it("does no harm by a check that comes twice or too early", async () => {
    const user = new ScriptedUser();
    user.row = { ...online, offlineSince: user.now - 29_999 };
    await user.settle({ graceMs });
    expect(user.calls).toEqual(["read", "isConnected", "checkLater 1 s"]);
    user.now += 1_000;
    await user.settle({ graceMs });
    await user.settle({ graceMs });
    expect(user.events).toEqual(["1001000 OFFLINE"]);
  });

  it("takes back a wait noted after the user had come back unseen", async () => {
    const user = new ScriptedUser();
    user.row = online;
    user.before.set("replace 1", () => {
      user.connections = 1;
    });
    await user.settle({ graceMs });
    expect(user.row).toEqual(online);
    expect(user.events).toEqual([]);
  });

  it("says OFFLINE at once for a wait left over from before the grace was taken away", async () => {
    const user = new ScriptedUser();
    user.row = { ...online, offlineSince: user.now - 1 };
    await user.settle({ graceMs: 0 });
    expect(user.events).toEqual(["1000000 OFFLINE"]);
    expect(user.row?.offlineSince).toBeUndefined();
  });

  it("never asks SQS for more than its 900 s, though the clock that noted the wait ran ahead", async () => {
    const user = new ScriptedUser();
    user.row = { ...online, offlineSince: user.now + 60_000 };
    await user.settle({ graceMs: 900_000 });
    expect(user.calls.at(-1)).toBe("checkLater 900 s");
  });
});
