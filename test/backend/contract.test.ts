import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv/dist/2020";
import * as limits from "../../backend/typescript/src/limits";
import { envelopeFits } from "../../handlers/pusher/envelope";
import { parseRequest } from "../../handlers/pusher/parse-request";
import { MAX_CHANNEL_NAME_LENGTH, MAX_CHANNELS_AT_ONCE } from "../../src/contract/channels";
import { QUEUE_MESSAGE_BYTES, WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { BEHAVIOURS } from "./behaviour-list";

const ROOT = path.resolve(__dirname, "..", "..");
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

/** The requests that the list of behaviours expects, by their one member. */
const REQUESTS = BEHAVIOURS.cases
  .flatMap(({ bodies = [] }) => bodies.flat())
  .map((body) => [body, Object.keys(JSON.parse(body) as object)[0] ?? ""] as const);

const SCHEMAS = {
  notification: "explicit-notification-request",
  disconnect: "disconnect-request",
  revoke: "revoke-request",
} as const;

describe("the backend libraries", () => {
  it.each(Object.entries(SCHEMAS))("send a request with %s as the wire contract has it", (member, schema) => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(read(`schemas/${schema}.schema.json`)));
    const requests = REQUESTS.filter(([, one]) => one === member).map(([body]) => body);
    expect(requests.length).toBeGreaterThan(1);
    expect(requests.filter((body) => !validate(JSON.parse(body)))).toEqual([]);
  });

  it.each(REQUESTS)("send a request that the pusher reads: %s", (body, member) => {
    const kind = body.includes('{"channels":') ? "channels" : member;
    expect(Object.keys(parseRequest(body, { id: "of-sqs", sentAt: 0 }))).toEqual([kind]);
  });

  it("know the limits of the contract", () => {
    expect(limits.REQUEST_BYTES).toBe(QUEUE_MESSAGE_BYTES);
    expect(limits.FRAME_BYTES).toBe(WEBSOCKET_PAYLOAD_BYTES);
    expect(limits.CHANNELS_PER_REQUEST).toBe(MAX_CHANNELS_AT_ONCE);
  });

  it("leave room for the largest envelope, so that whatever is sent can also be recovered", () => {
    const notification = {
      id: "i".repeat(128),
      data: JSON.stringify("x".repeat(limits.DATA_BYTES - 2)),
      channel: "c".repeat(MAX_CHANNEL_NAME_LENGTH),
    };
    expect(envelopeFits(notification, true)).toBe(true);
  });

  it("have the same limits in each language", () => {
    const python = new Map(
      [...read("backend/python/sumu/limits.py").matchAll(/^([A-Z_]+) = (.+)$/gm)].map(([, name = "", text = ""]) => [
        name,
        text.split(" - ").length > 1
          ? limits.FRAME_BYTES - limits.ENVELOPE_BYTES
          : text.split(" * ").reduce((product, factor) => product * Number(factor.replaceAll("_", "")), 1),
      ]),
    );
    expect(Object.fromEntries(python)).toEqual({ ...limits });
  });
});
