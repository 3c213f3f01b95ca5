import { readConfiguration } from "../../../handlers/presence/configuration";
import { environmentFor } from "./support/environment";

const ENVIRONMENT = environmentFor("http://127.0.0.1:1");
const GRACE_QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-grace";

describe("the watchdog's configuration", () => {
  it("sends to the topic without a grace", () => {
    expect(readConfiguration(ENVIRONMENT)).toEqual({
      connectionsTable: "acme-sumu-connections",
      presenceTable: "acme-sumu-presence",
      target: { topicArn: "arn:aws:sns:eu-central-1:000000000000:acme-sumu-messages" },
      graceMilliseconds: 0,
      graceQueueUrl: undefined,
      deadLetterQueueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-dlq",
    });
  });

  it("sends to the queue, and waits", () => {
    const waiting = { PRESENCE_GRACE_SECONDS: "900", PRESENCE_GRACE_QUEUE_URL: GRACE_QUEUE_URL };
    expect(readConfiguration({ ...ENVIRONMENT, PRESENCE_SOURCE: "queue", ...waiting })).toMatchObject({
      target: { queueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-messages" },
      graceMilliseconds: 900_000,
      graceQueueUrl: GRACE_QUEUE_URL,
    });
  });

  it("needs only the address that events go to, and no grace where none is set", () => {
    const { PRESENCE_GRACE_SECONDS: _, MESSAGES_QUEUE_URL: __, ...environment } = ENVIRONMENT;
    expect(readConfiguration(environment)).toMatchObject({ graceMilliseconds: 0 });
  });

  it.each([
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
