import { readConfiguration } from "../../../handlers/presence/configuration";
import { environmentFor } from "./support/environment";

const ENVIRONMENT = environmentFor("http://127.0.0.1:1");
const GRACE_QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-grace";

describe("the watchdog's configuration", () => {
  it("sends to the topic without a grace", () => {
    expect(readConfiguration(ENVIRONMENT)).toEqual({
      connectionsTable: "acme-sumu-connections",
      presence: {
        table: "acme-sumu-presence",
        target: { topicArn: "arn:aws:sns:eu-central-1:000000000000:acme-sumu-messages" },
        graceMs: 0,
        graceQueueUrl: undefined,
      },
      limit: undefined,
      controlQueueUrl: undefined,
      deadLetterQueueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-dlq",
    });
  });

  it("sends to the queue, and waits", () => {
    const waiting = { PRESENCE_GRACE_SECONDS: "900", PRESENCE_GRACE_QUEUE_URL: GRACE_QUEUE_URL };
    expect(readConfiguration({ ...ENVIRONMENT, PRESENCE_SOURCE: "queue", ...waiting })).toMatchObject({
      presence: {
        target: { queueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-messages" },
        graceMs: 900_000,
        graceQueueUrl: GRACE_QUEUE_URL,
      },
    });
  });

  it("needs only the address that events go to, and no grace where none is set", () => {
    const { PRESENCE_GRACE_SECONDS: _, MESSAGES_QUEUE_URL: __, ...environment } = ENVIRONMENT;
    expect(readConfiguration(environment)).toMatchObject({ presence: { graceMs: 0 } });
  });

  const LIMIT = { MAX_CONNECTIONS_PER_USER: "3", APIGW_ENDPOINT: "https://a1b2.example/live" };

  it("limits a user's connections, beside presence or without it", () => {
    const limit = { connectionsPerUser: 3, endpoint: "https://a1b2.example/live" };
    expect(readConfiguration({ ...ENVIRONMENT, ...LIMIT })).toMatchObject({ presence: { graceMs: 0 }, limit });
    const alone = readConfiguration({ ...ENVIRONMENT, ...LIMIT, PRESENCE_SOURCE: "none" });
    expect([alone.presence, alone.limit]).toEqual([undefined, limit]);
  });

  it("cleans up channels, beside presence or without it", () => {
    const CONTROL_QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-control";
    for (const [source, presence] of [
      ["topic", expect.anything()],
      ["none", undefined],
    ]) {
      const read = readConfiguration({ ...ENVIRONMENT, CONTROL_QUEUE_URL, PRESENCE_SOURCE: source });
      expect(read).toMatchObject({ controlQueueUrl: CONTROL_QUEUE_URL, limit: undefined });
      expect(read.presence).toEqual(presence);
    }
  });

  it.each([
    ["MAX_CONNECTIONS_PER_USER", "0", 'MAX_CONNECTIONS_PER_USER must be a whole number from 1 to 1000, got "0"'],
    ["MAX_CONNECTIONS_PER_USER", "3", "APIGW_ENDPOINT must be set"],
    ["CONNECTIONS_TABLE", "", "CONNECTIONS_TABLE must be set"],
    ["PRESENCE_TABLE", undefined, "PRESENCE_TABLE must be set"],
    ["PRESENCE_DLQ_URL", "", "PRESENCE_DLQ_URL must be set"],
    ["MESSAGES_TOPIC_ARN", "", "MESSAGES_TOPIC_ARN must be set"],
    ["PRESENCE_SOURCE", "none", 'PRESENCE_SOURCE must be topic or queue, got "none"'],
    ["PRESENCE_GRACE_SECONDS", "901", 'PRESENCE_GRACE_SECONDS must be a whole number from 0 to 900, got "901"'],
    ["PRESENCE_GRACE_SECONDS", "1.5", 'PRESENCE_GRACE_SECONDS must be a whole number from 0 to 900, got "1.5"'],
    ["PRESENCE_GRACE_SECONDS", "30", "PRESENCE_GRACE_QUEUE_URL must be set"],
  ])("rejects %s = %j", (name, value, message) => {
    expect(() => readConfiguration({ ...ENVIRONMENT, [name]: value })).toThrow(message);
  });
});
