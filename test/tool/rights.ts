import { OPERATOR_RIGHTS, type OperatorCommand, operate } from "../../src/access/operator-rights";

const ACCOUNT = { partition: "aws", region: "us-east-1", accountId: "000000000000" };
const CONNECTIONS = "arn:aws:dynamodb:us-east-1:000000000000:table/local-sumu-connections";

/** MiniStack evaluates a call of an alias on the function, and a read of a log group on its ARN without `:*`. */
const asMiniStackReads = (arn: string): string => arn.replace(/(:latest|:\*)$/, "");
/** MiniStack has one name for every call that has to do with concurrency. */
const asMiniStackNames = (action: string): string => action.replace("GetFunctionConcurrency", "PutFunctionConcurrency");

/** A right that a command has: an action on one kind of resource. */
export interface OneRight {
  readonly command: OperatorCommand;
  readonly action: string;
  /** Queues and dead-letter queues have rights of their own. */
  readonly on: "dead-letter queues" | "resources";
}

const kindOf = (resource: string): OneRight["on"] => (resource.endsWith("-dlq") ? "dead-letter queues" : "resources");

function allRights(command: OperatorCommand): readonly (OneRight & { readonly resource: string })[] {
  return operate(ACCOUNT, "local", CONNECTIONS, [command]).statements.flatMap(({ actions, resources }) =>
    resources.flatMap((resource) => actions.map((action) => ({ command, action, on: kindOf(resource), resource }))),
  );
}

/** The documented rights of a command, as statements, perhaps without one of them. */
export function statementsOf(command: OperatorCommand, without?: OneRight) {
  return allRights(command)
    .filter(({ action, on }) => action !== without?.action || on !== without.on)
    .map(({ action, resource }) => ({ Action: asMiniStackNames(action), Resource: asMiniStackReads(resource) }));
}

/** Each right of each command, once. */
export const EACH_RIGHT: readonly OneRight[] = (Object.keys(OPERATOR_RIGHTS) as OperatorCommand[]).flatMap(
  (command) => {
    const rights = allRights(command).map(({ action, on }) => ({ command, action, on }));
    return [...new Map(rights.map((right) => [`${right.action} ${right.on}`, right])).values()];
  },
);

const LETTERS = "integration-messages-dlq";

/** Calls of each command that together need all its rights. `<token>` is a token that the stack admits. */
export const CALLS: Readonly<Record<OperatorCommand, readonly (readonly string[])[]>> = {
  doctor: [["doctor"]],
  why: [["why", "alice"]],
  token: [["token", "<token>"]],
  tail: [["tail", "--for", "1s"]],
  who: [["who"], ["who", "alice"]],
  "dead-letters list": [["dead-letters", "list"]],
  "dead-letters show": [["dead-letters", "show"]],
  "dead-letters redrive": [["dead-letters", "redrive", LETTERS]],
  probe: [["probe"]],
  connect: [["connect", "--for", "0s"]],
  notify: [["notify", "nobody", "1"]],
  disconnect: [["disconnect", "nobody"]],
};

/** The check that needs the right. All checks together would take long. */
export const CHECK_THAT_NEEDS: Readonly<Record<string, string>> = {
  "lambda:GetFunctionConcurrency": "concurrency",
  "lambda:GetFunctionConfiguration": "functions",
  "lambda:InvokeFunction": "contract",
  "lambda:ListEventSourceMappings": "pusher-source",
  "logs:DescribeLogGroups": "log-groups",
  "logs:FilterLogEvents": "recent-errors",
  "sns:ListSubscriptionsByTopic": "notifications-topic",
  "dynamodb:DescribeTable": "tables",
  "dynamodb:DescribeTimeToLive": "time-to-live",
  "sqs:GetQueueUrl resources": "queues",
  "sqs:GetQueueAttributes resources": "queues",
  "sqs:GetQueueUrl dead-letter queues": "dead-letters",
  "sqs:GetQueueAttributes dead-letter queues": "dead-letters",
};
