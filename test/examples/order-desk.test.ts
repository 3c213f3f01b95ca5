import path from "node:path";
import { repositoryRoot } from "../support/terraform";

interface Notification {
  readonly users: readonly string[];
  readonly data: unknown;
}

const { answersOf } = require(path.join(repositoryRoot, "examples", "cdktf", "order-desk", "answers.mjs")) as {
  answersOf: (record: object) => Notification[];
};

/** A record of an SQS event, as far as the order desk reads it. */
const sent = (body: string) => ({
  messageId: "059f36b4",
  body,
  messageAttributes: {
    source: { dataType: "String", stringValue: "apigw.route.send" },
    user_id: { dataType: "String", stringValue: "alice" },
  },
  eventSource: "aws:sqs",
});

/** A record of an SNS event, as far as the order desk reads it. */
const presence = (status: string) => ({
  EventSource: "aws:sns",
  Sns: {
    Message: JSON.stringify({ type: "presence", message: { user_id: "alice", status, timestamp: 1, version: 1 } }),
    MessageAttributes: {
      source: { Type: "String", Value: "lambda.presence.watchdog" },
      user_id: { Type: "String", Value: "alice" },
    },
  },
});

describe("examples/cdktf/order-desk", () => {
  it("answers a customer who asks for an order", () => {
    expect(answersOf(sent('{"order":"4711"}'))).toEqual([
      { users: ["alice"], data: { type: "order", order: "4711", state: "packed" } },
    ]);
  });

  it.each(["{}", "null", "an order, please", '{"order":4711}'])("tells a customer that %s names no order", (body) => {
    expect(answersOf(sent(body))).toEqual([{ users: ["alice"], data: { type: "error", reason: "no order" } }]);
  });

  it("welcomes one who has come online, and nobody who has gone", () => {
    expect(answersOf(presence("ONLINE"))).toEqual([{ users: ["alice"], data: { type: "welcome" } }]);
    expect(answersOf(presence("OFFLINE"))).toEqual([]);
  });
});
