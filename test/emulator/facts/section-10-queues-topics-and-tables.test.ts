/** What AWS answered in captures of September 2026: SNS, SQS and DynamoDB. A title is one captured fact. */
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import { CreateTopicCommand, PublishCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { LOCAL_ACCOUNT_ID } from "../../../local/backend/aws";
import { until } from "../../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../../support/local-aws";
import { LocalLambda } from "./support/local-lambda";

jest.setTimeout(60_000);

describeWithLocalAws("SNS, SQS and DynamoDB", () => {
  let local: LocalLambda;
  let subscribed: string;
  let topic: string;
  beforeAll(async () => {
    local = await LocalLambda.start();
    subscribed = await local.function();
    const { TopicArn = "" } = await local.aws.sns.send(new CreateTopicCommand({ Name: local.name("topic") }));
    topic = TopicArn;
    // With the topic as SourceArn and the account as SourceAccount, and the principal sns.amazonaws.com.
    await local.aws.lambda.send(
      new AddPermissionCommand({
        FunctionName: subscribed,
        StatementId: "topic",
        Action: "lambda:InvokeFunction",
        Principal: "sns.amazonaws.com",
        SourceArn: topic,
        SourceAccount: LOCAL_ACCOUNT_ID,
      }),
    );
    const Endpoint = local.arn("lambda", `function:${subscribed}`);
    await local.aws.sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "lambda", Endpoint }));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => local?.stop());

  /** The record that the function gets for a message of the topic. */
  async function delivered(Message: string, more: object = {}): Promise<Record<string, unknown>> {
    await local.aws.sns.send(new PublishCommand({ TopicArn: topic, Message, ...more }));
    return until("the record", async () => {
      const records = (await local.invocations(subscribed)).flatMap(({ records: found }) => found);
      return records.find(({ Sns }) => Sns.Message === Message);
    });
  }

  const NUMBER = { amount: { DataType: "Number", StringValue: "0001.23000" } };

  it("AddPermission with SourceArn of the topic and SourceAccount, principal sns.amazonaws.com: delivers", async () => {
    expect(await delivered("permitted")).toMatchObject({ EventSource: "aws:sns", EventVersion: "1.0" });
  });

  it("the event from SNS: SigningCertUrl, UnsubscribeUrl (so spelt), SignatureVersion 1, Subject null when absent, MessageAttributes {} when none", async () => {
    expect((await delivered("without a subject")).Sns).toEqual({
      Type: "Notification",
      MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      TopicArn: topic,
      Subject: null,
      Message: "without a subject",
      Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      SignatureVersion: "1",
      Signature: expect.any(String),
      SigningCertUrl: expect.stringMatching(/^https:/),
      UnsubscribeUrl: expect.stringMatching(/Action=Unsubscribe/),
      MessageAttributes: {},
    });
    expect((await delivered("with a subject", { Subject: "news" })).Sns).toMatchObject({ Subject: "news" });
  });

  it('a Number attribute arrives at a function as {"Type":"String","Value":"0001.23000"}', async () => {
    expect((await delivered("with a number", { MessageAttributes: NUMBER })).Sns).toMatchObject({
      MessageAttributes: { amount: { Type: "String", Value: "0001.23000" } },
    });
  });

  it("to a queue without raw delivery: Type Number", async () => {
    const { url, arn } = await local.queueOfTopics();
    const { TopicArn } = await local.aws.sns.send(new CreateTopicCommand({ Name: local.name("topic") }));
    await local.aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn }));
    await local.aws.sns.send(new PublishCommand({ TopicArn, Message: "number", MessageAttributes: NUMBER }));
    expect(await local.letter(url)).toMatchObject({
      MessageAttributes: { amount: { Type: "Number", Value: "0001.23000" } },
    });
  });

  it('SQS into Lambda: a Number attribute 0012.3400 arrives as "12.34"; binary as base64; stringListValues and binaryListValues are empty arrays', async () => {
    const name = await local.function();
    const { url, arn } = await local.queue();
    await local.map(name, arn);
    await local.aws.sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: "{}",
        MessageAttributes: {
          number: { DataType: "Number", StringValue: "0012.3400" },
          whole: { DataType: "Number", StringValue: "1200" },
          binary: { DataType: "Binary", BinaryValue: Buffer.from("hello") },
          text: { DataType: "String", StringValue: "0012.3400" },
        },
      }),
    );
    const [{ records: [record] = [] } = {}] = await local.invoked(name, 1);
    const lists = { stringListValues: [], binaryListValues: [] };
    expect(record.messageAttributes).toEqual({
      number: { stringValue: "12.34", ...lists, dataType: "Number" },
      whole: { stringValue: "1200", ...lists, dataType: "Number" },
      binary: { binaryValue: "aGVsbG8=", ...lists, dataType: "Binary" },
      text: { stringValue: "0012.3400", ...lists, dataType: "String" },
    });
  });

  it("a queue created without attributes: MaximumMessageSize 1048576", async () => {
    const { url } = await local.queue();
    const request = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["MaximumMessageSize"] });
    expect((await local.aws.sqs.send(request)).Attributes).toEqual({ MaximumMessageSize: "1048576" });
  });

  it("dead letter by redrive policy: message id and sent time stay, receive count goes on", async () => {
    const letters = await local.queue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: letters.arn, maxReceiveCount: 2 });
    const { url } = await local.queue({ RedrivePolicy, VisibilityTimeout: "0" });
    const id = await local.send(url, "never deleted");
    const receive = async (QueueUrl: string): Promise<Message | undefined> => {
      const request = new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["All"] });
      return (await local.aws.sqs.send(request)).Messages?.[0];
    };
    const facts = (message: Message | undefined) => [
      message?.MessageId,
      message?.Attributes?.SentTimestamp,
      message?.Attributes?.ApproximateReceiveCount,
    ];
    const first = await receive(url);
    const sent = first?.Attributes?.SentTimestamp;
    expect(facts(first)).toEqual([id, sent, "1"]);
    expect(facts(await receive(url))).toEqual([id, sent, "2"]);
    expect(await receive(url)).toBe(undefined);
    expect(facts(await receive(letters.url))).toEqual([id, sent, "3"]);
  });
});
