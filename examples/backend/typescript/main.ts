import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { disconnect, publish, send, toEverybody, toUsers } from "./notify";
import { Presence } from "./presence";
import { type Message, receive } from "./receive";
import { subscribe } from "./subscribe";

const USAGE = `usage: main.ts send|publish <user,user|all> <JSON>
       main.ts disconnect <user,user> <reason>
       main.ts receive <queue URL>
       main.ts subscribe <queue name> <source>...
       main.ts presence <queue URL>`;

/** The stack's outputs, and AWS's own variables (region, credentials, AWS_ENDPOINT_URL), come from the environment. */
function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: it is an output of the SUMU stack`);
  return value;
}

const print = (value: object) => console.log(JSON.stringify(value));
const onError = (error: unknown, messageId?: string) =>
  console.error(JSON.stringify({ messageId, error: error instanceof Error ? error.name : "unknown" }));

async function main([command, ...args]: readonly string[]): Promise<void> {
  const [sns, sqs] = [new SNSClient(), new SQSClient()];
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());
  const options = { signal: stop.signal, onError };
  const [first = "", ...rest] = args;

  if ((command === "send" || command === "publish") && rest.length === 1) {
    const data: unknown = JSON.parse(rest[0] ?? "");
    const notifications = first === "all" ? [toEverybody(data)] : toUsers(first.split(","), data);
    if (command === "send") return send(sqs, variable("NOTIFICATIONS_QUEUE_URL"), notifications);
    for (const one of notifications) await publish(sns, variable("NOTIFICATIONS_TOPIC_ARN"), one);
  } else if (command === "disconnect" && rest.length === 1) {
    await publish(sns, variable("NOTIFICATIONS_TOPIC_ARN"), disconnect(first.split(","), rest[0]));
  } else if (command === "receive" && first !== "") {
    await receive(sqs, first, async ({ userId, source, body }) => print({ userId, source, body }), options);
  } else if (command === "subscribe" && rest.length > 0) {
    const topicArn = variable("MESSAGES_TOPIC_ARN");
    print({ queueUrl: await subscribe(sns, sqs, topicArn, first, rest as Message["source"][]) });
  } else if (command === "presence" && first !== "") {
    const presence = new Presence();
    const following = receive(
      sqs,
      first,
      async (message) => {
        const change = presence.apply(message);
        if (change !== undefined) print(change);
      },
      options,
    );
    for await (const change of presence.load(new DynamoDBClient(), variable("PRESENCE_TABLE_NAME"))) print(change);
    await following;
  } else {
    throw new Error(USAGE);
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
