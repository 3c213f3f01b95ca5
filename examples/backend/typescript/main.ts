import { setTimeout as sleep } from "node:timers/promises";
import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type Message, PresenceView, SumuBackend } from "sumu-backend";
import { subscribe } from "./subscribe";

const USAGE = `usage: main.ts notify <user,user|all> <JSON>
       main.ts disconnect <user,user> <reason>
       main.ts stream <user,user> <text>
       main.ts receive [<queue URL>]
       main.ts subscribe <queue name> <source>...
       main.ts presence <queue URL>`;

const print = (value: object | undefined) => value && console.log(JSON.stringify(value));
const onError = (error: unknown, messageId?: string) =>
  console.error(JSON.stringify({ messageId, error: error instanceof Error ? error.name : "unknown" }));

/** A text word by word, as a language model would write it. */
async function* words(text: string) {
  for (const word of text.split(/(?<= )/)) {
    await sleep(20);
    yield word;
  }
}

async function main([command, first = "", ...rest]: readonly string[]): Promise<void> {
  const [sqs, sns] = [new SQSClient(), new SNSClient()];
  const connections = new ApiGatewayManagementApiClient({ endpoint: process.env.CONNECTIONS_URL, maxAttempts: 1 });
  const sumu = SumuBackend.fromEnvironment({ sqs, dynamodb: new DynamoDBClient(), connections });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
  const options = { signal: stop.signal, onError };
  const [second] = rest;

  if (command === "notify" && second !== undefined) {
    const data = JSON.parse(second) as unknown;
    await (first === "all" ? sumu.notifyEveryone(data) : sumu.notify(first.split(","), data));
  } else if (command === "disconnect" && second !== undefined) {
    await sumu.disconnect(first.split(","), { reason: second });
  } else if (command === "stream" && second !== undefined) {
    print(await sumu.stream(first.split(","), { data: { type: "answer" } }).send(words(second)));
  } else if (command === "receive") {
    const from = first === "" ? {} : { queueUrl: first };
    await sumu.messages(({ userId, source, body }) => print({ userId, source, body }), { ...options, ...from });
  } else if (command === "subscribe" && rest.length > 0) {
    const topicArn = process.env.MESSAGES_TOPIC_ARN ?? "";
    print({ queueUrl: await subscribe(sns, sqs, topicArn, first, rest as Message["source"][]) });
  } else if (command === "presence" && first !== "") {
    const view = new PresenceView();
    // Events first, then the table: a change in between is in one of them.
    const following = sumu.messages((message) => print(view.apply(message)), { ...options, queueUrl: first });
    for await (const state of sumu.presence({ includeOffline: true })) print(view.load(state));
    await following;
  } else {
    throw new Error(USAGE);
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
