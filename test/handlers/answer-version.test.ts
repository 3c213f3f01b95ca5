import { answerVersion } from "../../handlers/shared/answer-version";
import { connectEvent } from "../../support/connect-event";

const sqsEvent = { Records: [{ messageId: "1", body: '{"sumu":"version"}', eventSource: "aws:sqs" }] };
const snsEvent = { Records: [{ Sns: { MessageId: "1", Message: '{"sumu":"version"}' } }] };

describe("a handler that is asked for its contract version", () => {
  const handler = answerVersion(async () => "work");

  it("answers with it, and does nothing else", async () => {
    expect(await handler({ sumu: "version" }, undefined)).toEqual({ contract: 4 });
  });

  it.each([
    [
      "a client's connection, whatever its query says",
      connectEvent("{}", { queryStringParameters: { sumu: "version" } }),
    ],
    ["a client's connection that has the member itself", connectEvent("{}", { sumu: "version" })],
    ["a message of the queue", sqsEvent],
    ["a message of the queue that has the member itself", { ...sqsEvent, sumu: "version" }],
    ["a message of the topic", snsEvent],
    ["another question", { sumu: "time" }],
    ["a text", "version"],
    ["a list", [{ sumu: "version" }]],
    ["nothing", null],
  ])("works on %s", async (_, event) => {
    expect(await handler(event as object, undefined)).toBe("work");
  });
});
