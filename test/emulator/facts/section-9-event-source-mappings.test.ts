/** What AWS answered in captures of September 2026: event source mappings. A title is one captured fact. */
import {
  AddPermissionCommand,
  GetFunctionConfigurationCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { CreateTopicCommand, PublishCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { until } from "../../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../../support/local-aws";
import { synthesizeSumu } from "../../support/synthesize-sumu";
import { allow, EVERYTHING, type Invocation, LocalLambda, POLLING } from "./support/local-lambda";

jest.setTimeout(60_000);

const NO_PERMISSION = "The function execution role does not have permissions to call";
const REPORTED = { FunctionResponseTypes: ["ReportBatchItemFailures" as const] };
const deny = (Action: string) => ({ Effect: "Deny", Action, Resource: "*" });

/** The bodies of a batch, and how often each was received. */
const received = ({ records }: Invocation) =>
  records.map(({ body, attributes }) => [JSON.parse(body).name, attributes.ApproximateReceiveCount]);
const idsOf = ({ records }: Invocation): string[] => records.map(({ dynamodb }) => dynamodb.Keys.id.S);

let local: LocalLambda;

/** How many messages a queue has: visible, and received but not deleted. */
async function counts(url: string): Promise<readonly number[]> {
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const request = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] });
  const { Attributes = {} } = await local.aws.sqs.send(request);
  return AttributeNames.map((name) => Number(Attributes[name]));
}

const isEmpty = async (url: string) => (await counts(url)).every((count) => count === 0);

describeWithLocalAws("event source mappings", () => {
  let everything: string;
  beforeAll(async () => {
    local = await LocalLambda.start();
    everything = await local.function();
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => local?.stop());

  describe("of a queue", () => {
    it("the role needs ReceiveMessage, DeleteMessage and GetQueueAttributes, no more", async () => {
      const name = await local.function([allow(POLLING)]);
      const { url, arn } = await local.queue();
      await local.map(name, arn);
      await local.send(url, { name: "one" });
      await until("the message to go", () => isEmpty(url));
    });

    it.each(POLLING)("without %s in the role, CreateEventSourceMapping fails and names it", async (missing) => {
      const { arn } = await local.queue();
      const refused = {
        name: "InvalidParameterValueException",
        message: `${NO_PERMISSION} ${missing.slice("sqs:".length)} on SQS`,
      };
      const others = await local.function([allow(POLLING.filter((action) => action !== missing))]);
      await expect(local.map(others, arn)).rejects.toMatchObject(refused);
      const denied = await local.function([allow(POLLING), deny(missing)]);
      await expect(local.map(denied, arn)).rejects.toMatchObject(refused);
    });

    it.each(["sqs:ReceiveMessage", "sqs:DeleteMessage"])(
      "with a Deny of %s in the queue's policy, CreateEventSourceMapping fails too",
      async (denied) => {
        const name = await local.function([allow(POLLING)]);
        const { url, arn } = await local.queue();
        const Policy = JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Deny", Principal: "*", Action: denied, Resource: arn }],
        });
        await local.aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
        await expect(local.map(name, arn)).rejects.toThrow(`${NO_PERMISSION} ${denied.slice("sqs:".length)} on SQS`);
      },
    );

    it("pollers call the source without lambda:SourceFunctionArn: a policy that demands it refuses the mapping", async () => {
      const { arn } = await local.queue();
      const without = await local.function([
        allow(POLLING, { Condition: { Null: { "lambda:SourceFunctionArn": "true" } } }),
      ]);
      expect(await local.map(without, arn)).not.toBe("");
      const demanded = await local.function([
        allow(POLLING, { Condition: { ArnLike: { "lambda:SourceFunctionArn": "arn:aws:lambda:*" } } }),
      ]);
      await expect(local.map(demanded, arn)).rejects.toThrow(`${NO_PERMISSION} ReceiveMessage on SQS`);
    });

    it("the function's own calls carry lambda:SourceFunctionArn: its ARN without a qualifier", async () => {
      const name = await local.function();
      const [own, without] = [await local.queue(), await local.queue()];
      const send = (Resource: string, Condition: object) => ({ ...allow(["sqs:SendMessage"]), Resource, Condition });
      await local.allow(name, [
        send(own.arn, { ArnEquals: { "lambda:SourceFunctionArn": local.arn("lambda", `function:${name}`) } }),
        send(without.arn, { Null: { "lambda:SourceFunctionArn": "true" } }),
      ]);
      const sqs = await local.sqsOfFunction(`${name}:live`);
      await sqs.send(new SendMessageCommand({ QueueUrl: own.url, MessageBody: '"sent"' }));
      const denied = sqs.send(new SendMessageCommand({ QueueUrl: without.url, MessageBody: '"sent"' }));
      await expect(denied).rejects.toThrow("is not authorized to perform: sqs:SendMessage");
      sqs.destroy();
      expect(await local.letter(own.url)).toBe("sent");
    });

    it("GetEventSourceMapping never has LastProcessingResult, of a failing one neither; State Enabled, StateTransitionReason USER_INITIATED", async () => {
      const name = await local.function();
      const { url, arn } = await local.queue();
      const uuid = await local.map(name, arn);
      await local.send(url, { name: "one", throws: true });
      await local.invoked(name, 1);
      const mapping = await local.mapping(uuid);
      expect(mapping).toMatchObject({ State: "Enabled", StateTransitionReason: "USER_INITIATED" });
      expect(Object.keys(mapping)).not.toContain("LastProcessingResult");
    });

    /**
     * The first batch of three messages, whose first decides what becomes of it, and the messages that come again. The
     * test ends their visibility timeout, which is so long that no message comes by itself.
     *
     * @param staying - how many are not deleted after the first batch
     */
    async function batches(
      first: object,
      staying: number,
      settings: object = REPORTED,
    ): Promise<readonly (readonly string[][])[]> {
      const { url: QueueUrl, arn } = await local.queue({ VisibilityTimeout: "600" });
      for (const message of [{ ...first, name: "a" }, { name: "b" }, { name: "c" }])
        await local.send(QueueUrl, message);
      await local.map(everything, arn, settings);
      const invocations = async () =>
        (await local.invocations(everything)).filter(({ records }) => records[0].eventSourceARN === arn);
      const batch = await until("the first batch", async () => (await invocations())[0]);
      await until(`${staying} messages`, async () => (await counts(QueueUrl))[1] === staying);
      const Entries = batch.records.map(({ messageId, receiptHandle }) => ({
        Id: messageId,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: 0,
      }));
      await local.aws.sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      await until("the messages to go", () => isEmpty(QueueUrl));
      const again = (await invocations()).slice(1).flatMap(received);
      return again.length === 0 ? [received(batch)] : [received(batch), again.sort()];
    }
    const FIRST = [
      ["a", "1"],
      ["b", "1"],
      ["c", "1"],
    ];
    const AGAIN = [
      ["a", "2"],
      ["b", "2"],
      ["c", "2"],
    ];

    it("the exact id of a failed item: that message alone again", async () => {
      const answer = { batchItemFailures: [{ itemIdentifier: "#1" }] };
      expect(await batches({ answer }, 1)).toEqual([FIRST, [["b", "2"]]]);
    });

    it.each([
      ["an unknown id", [{ itemIdentifier: "00000000-0000-0000-0000-999000999000" }]],
      ['""', [{ itemIdentifier: "" }]],
      ["a number", [{ itemIdentifier: 123 }]],
      ["no array", "not-an-array"],
    ])("%s: the whole batch again", async (_what, batchItemFailures) => {
      expect(await batches({ answer: { batchItemFailures } }, 3)).toEqual([FIRST, AGAIN]);
    });

    it("[{}]: all acknowledged", async () => {
      expect(await batches({ answer: { batchItemFailures: [{}] } }, 0)).toEqual([FIRST]);
    });

    it("without the response type, the answer is ignored", async () => {
      expect(await batches({ answer: { batchItemFailures: [{ itemIdentifier: "#1" }] } }, 0, {})).toEqual([FIRST]);
    });

    it("a thrown error: the whole batch after the visibility timeout, count 2", async () => {
      expect(await batches({ throws: true }, 3)).toEqual([FIRST, AGAIN]);
    });

    it("no concurrency left: the batch is retried under the same visibility lease, and after its end received again; counts rise", async () => {
      const name = await local.function();
      const reserve = (ReservedConcurrentExecutions: number) =>
        local.aws.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions }));
      await reserve(0);
      const { url, arn } = await local.queue({ VisibilityTimeout: "600" });
      await local.send(url, { name: "leased" });
      await local.map(name, arn);
      await until("the message to be received", async () => {
        return (await counts(url))[1] === 1;
      });
      await reserve(1);
      expect(received((await local.invoked(name, 1))[0] as Invocation)).toEqual([["leased", "1"]]);

      await reserve(0);
      const short = await local.queue({ VisibilityTimeout: "1" });
      await local.send(short.url, { name: "again" });
      await local.map(name, short.arn);
      await until("three visibility timeouts", () => new Promise((resolve) => setTimeout(() => resolve(true), 2_500)));
      await reserve(1);
      const [[again, count] = []] = received((await local.invoked(name, 2))[1] as Invocation);
      expect([again, Number(count) > 1]).toEqual(["again", true]);
    });
  });

  describe("of a stream", () => {
    const STREAM = { StartingPosition: "TRIM_HORIZON" as const, ...REPORTED };
    const queueOnFailure = (arn: string) => ({ DestinationConfig: { OnFailure: { Destination: arn } } });

    /** A mapping of a new table that has some records already, so that they come in one batch. */
    async function stream(ids: readonly string[], settings: object = {}, name = everything) {
      const { name: table, streamArn } = await local.table();
      await local.put(table, ...ids);
      const uuid = await local.map(name, streamArn, { ...STREAM, ...settings });
      const batches = async () =>
        (await local.invocations(name)).filter(({ records }) => records[0].eventSourceARN === streamArn);
      const until_ = (what: string, isIt: (batches: readonly string[][]) => boolean) =>
        until(what, async () => {
          const found = (await batches()).map(idsOf);
          return isIt(found) && found;
        });
      return { table, streamArn, uuid, batches, until: until_ };
    }

    it("DescribeStream, GetShardIterator and GetRecords are enough, without ListStreams; TRIM_HORIZON misses none", async () => {
      const of = await stream(["before"]);
      await of.until("the first record", (found) => found.length === 1);
      await local.put(of.table, "after");
      expect(await of.until("both records", (found) => found.length === 2)).toEqual([["before"], ["after"]]);
    });

    it("with LATEST, a record written 70 s after the mapping was Enabled was not delivered: SUMU's own mapping has TRIM_HORIZON", () => {
      const { resource } = synthesizeSumu({ presenceSource: "topic" });
      const positions = Object.values(resource.aws_lambda_event_source_mapping ?? {}).map(
        ({ starting_position: position }) => position,
      );
      expect(positions.filter((position) => position !== undefined)).toEqual(["TRIM_HORIZON"]);
    });

    it("LastProcessingResult is `No records processed`, `OK`, or `PROBLEM: Function call failed`", async () => {
      const of = await stream([]);
      const result = (text: string) =>
        until(text, async () => (await local.mapping(of.uuid)).LastProcessingResult === text);
      await result("No records processed");
      await local.put(of.table, "good");
      await result("OK");
      await local.put(of.table, "crash");
      await result("PROBLEM: Function call failed");
      expect((await local.mapping(of.uuid)).State).toBe("Enabled");
    });

    it("a denied source leaves State Enabled, and delivery goes on from where it stood when the right is back", async () => {
      const name = await local.function();
      const of = await stream(["first"], {}, name);
      await of.until("the first record", (found) => found.length === 1);
      await local.allow(name, [...EVERYTHING, deny("dynamodb:GetRecords")]);
      await local.put(of.table, "second", "third");
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await local.mapping(of.uuid)).State).toBe("Enabled");
      expect((await of.batches()).map(idsOf)).toEqual([["first"]]);
      await local.allow(name, EVERYTHING);
      expect(await of.until("the others", (found) => found.length === 2)).toEqual([["first"], ["second", "third"]]);
    });

    it("a failed item at position k: the suffix from k is tried again", async () => {
      const of = await stream(["a", "poison", "c"], { MaximumRetryAttempts: 2 });
      expect(await of.until("the retries", (found) => found.length === 3)).toEqual([
        ["a", "poison", "c"],
        ["poison", "c"],
        ["poison", "c"],
      ]);
      await local.put(of.table, "later");
      expect((await of.until("the next record", (found) => found.length === 4))[3]).toEqual(["later"]);
    });

    it("with bisect also halved, each child with its own retries", async () => {
      const settings = { MaximumRetryAttempts: 1, BisectBatchOnFunctionError: true };
      const of = await stream(["a", "poison-1", "c", "poison-2", "e"], settings);
      await of.until("the whole batch", (batches) => batches.length > 0);
      await local.put(of.table, "later");
      const found = await of.until("the next record", (batches) => batches.some((ids) => ids.includes("later")));
      expect(found).toEqual([
        ["a", "poison-1", "c", "poison-2", "e"],
        ["poison-1", "c"],
        ["poison-1"],
        ["poison-1"],
        ["c"],
        ["poison-2", "e"],
        ["poison-2"],
        ["poison-2"],
        ["e"],
        ["later"],
      ]);
    });

    it.each([
      ["an empty itemIdentifier", "nameless"],
      ["an answer that is no list", "malformed"],
    ])("%s: the whole batch fails", async (_what, kind) => {
      const of = await stream(["a", kind], { MaximumRetryAttempts: 1 });
      expect(await of.until("the retry", (found) => found.length === 2)).toEqual([
        ["a", kind],
        ["a", kind],
      ]);
    });

    it("batches that are retried keep the same aws_request_id", async () => {
      const of = await stream(["crash"], { MaximumRetryAttempts: 2 });
      await of.until("the retries", (found) => found.length === 3);
      const ids = (await of.batches()).map(({ requestId }) => requestId);
      expect(ids).toEqual([ids[0], ids[0], ids[0]]);
    });

    const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const given = (name: string, streamArn: string, more: object) => ({
      requestContext: {
        requestId: expect.any(String),
        functionArn: local.arn("lambda", `function:${name}:live`),
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: "1", functionError: "Unhandled" },
      version: "1.0",
      timestamp: ISO,
      DDBStreamBatchInfo: {
        shardId: expect.any(String),
        startSequenceNumber: expect.any(String),
        endSequenceNumber: expect.any(String),
        approximateArrivalOfFirstRecord: ISO,
        approximateArrivalOfLastRecord: ISO,
        batchSize: 2,
        streamArn,
      },
      ...more,
    });

    it.each([
      ["a thrown error", "crash", "Unhandled"],
      ["a malformed answer", "malformed", null],
    ])("the on-failure record of %s, in SQS", async (_what, kind, functionError) => {
      const { url, arn } = await local.queue();
      const { name: table, streamArn } = await local.table();
      await local.put(table, "a", kind);
      const settings = { ...STREAM, MaximumRetryAttempts: 1, ...queueOnFailure(arn) };
      await local.map(local.arn("lambda", `function:${everything}:live`), streamArn, settings);
      const responseContext = { statusCode: 200, executedVersion: "1", functionError };
      const record = await local.letter(url);
      expect(record).toEqual(given(everything, streamArn, { responseContext }));
      const invocations = (await local.invocations(everything)).filter(
        ({ records }) => records[0].eventSourceARN === streamArn,
      );
      expect(Object(record).requestContext.requestId).toBe(invocations[0]?.requestId);
    });

    it("the on-failure record of RecordAgeExceeded has no responseContext", async () => {
      const { url, arn } = await local.queue();
      const settings = { MaximumRecordAgeInSeconds: 1, ...queueOnFailure(arn) };
      await stream(["crash"], settings);
      const { requestContext, ...record } = await local.letter(url);
      expect(requestContext).toMatchObject({ condition: "RecordAgeExceeded" });
      expect(Object.keys(record).sort()).toEqual(["DDBStreamBatchInfo", "timestamp", "version"]);
    });

    it("the destination may be a topic too", async () => {
      const { TopicArn = "" } = await local.aws.sns.send(new CreateTopicCommand({ Name: local.name("topic") }));
      const { url, arn } = await local.queueOfTopics();
      const Attributes = { RawMessageDelivery: "true" };
      await local.aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn, Attributes }));
      const publisher = await local.function([...EVERYTHING, allow(["sns:Publish"])]);
      await stream(["crash"], { MaximumRetryAttempts: 0, ...queueOnFailure(TopicArn) }, publisher);
      expect(await local.letter(url)).toMatchObject({ DDBStreamBatchInfo: { batchSize: 1 } });
    });

    it.each(["queue.fifo", "topic.fifo"])("only standard queues and topics: rejects %s", async (fifo) => {
      const { streamArn } = await local.table();
      const arn = local.arn(fifo.startsWith("queue") ? "sqs" : "sns", fifo);
      await expect(local.map(everything, streamArn, { ...STREAM, ...queueOnFailure(arn) })).rejects.toMatchObject({
        name: "InvalidParameterValueException",
      });
    });

    it("its destination denied: the record is dropped, and does not come when the right is back", async () => {
      const name = await local.function([...EVERYTHING, deny("sqs:SendMessage")]);
      const { url, arn } = await local.queue();
      const of = await stream(["crash-1"], { MaximumRetryAttempts: 0, ...queueOnFailure(arn) }, name);
      await of.until("the first record", (found) => found.length === 1);
      await local.put(of.table, "good");
      await of.until("the next record", (found) => found.length === 2);
      await local.allow(name, EVERYTHING);
      await local.put(of.table, "crash-2");
      expect(await of.until("the last record", (found) => found.length === 3)).toEqual([
        ["crash-1"],
        ["good"],
        ["crash-2"],
      ]);
      const [last] = (await of.batches())[2]?.records ?? [];
      expect(await local.letter(url)).toMatchObject({
        DDBStreamBatchInfo: { startSequenceNumber: last.dynamodb.SequenceNumber },
      });
      expect((await counts(url))[0]).toBe(0);
    });
  });

  it("the on-failure record of an asynchronous event: condition RetriesExhausted, functionArn with its alias", async () => {
    const name = await local.function();
    const { url, arn } = await local.queue();
    await local.aws.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: name,
        Qualifier: "live",
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: arn } },
      }),
    );
    const { TopicArn = "" } = await local.aws.sns.send(new CreateTopicCommand({ Name: local.name("topic") }));
    const { FunctionArn = "" } = await local.aws.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: "live" }),
    );
    const alias = `${FunctionArn.split(":").slice(0, 7).join(":")}:live`;
    await local.aws.lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        Qualifier: "live",
        StatementId: "topic",
        Action: "lambda:InvokeFunction",
        Principal: "sns.amazonaws.com",
        SourceArn: TopicArn,
      }),
    );
    await local.aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "lambda", Endpoint: alias }));
    await local.aws.sns.send(new PublishCommand({ TopicArn, Message: "hello" }));
    expect(await local.letter(url)).toMatchObject({
      requestContext: { condition: "RetriesExhausted", functionArn: alias, approximateInvokeCount: 2 },
      requestPayload: { Records: [{ Sns: { Message: "hello" } }] },
    });
  });
});
