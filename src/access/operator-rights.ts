import type { AwsAccount } from "../aws/aws-account";
import { HANDLERS, RELEASE_ALIAS } from "../contract/handlers";
import { READ_TABLE_WITH_KEY, RECEIVE_WITH_KEY, SEND_WITH_KEY } from "../encryption/encryption";
import { NAME_SUFFIXES, type NameSuffix, physicalName } from "../names";
import { DEAD_LETTERS, REDRIVEN } from "../observability/handler-rows";
import type { Grant } from "./grants";

const { pusherReleased, authorizerReleased, pusher, authorizer, presence } = NAME_SUFFIXES;
const { notifications, messages, connections } = NAME_SUFFIXES;

const RELEASED: { readonly [handler: string]: NameSuffix } = { authorizer: authorizerReleased, pusher: pusherReleased };
const FUNCTIONS: readonly NameSuffix[] = HANDLERS.flatMap((name) => [NAME_SUFFIXES[name], RELEASED[name] ?? []].flat());
const DEAD_LETTER_QUEUES: readonly NameSuffix[] = DEAD_LETTERS.map(({ key }) => NAME_SUFFIXES[key]);
/** The queues that have a dead-letter queue: a redrive sends to them. */
const QUEUES: readonly NameSuffix[] = REDRIVEN.map((key) => NAME_SUFFIXES[key]);
const TABLES: readonly NameSuffix[] = [
  connections,
  presence,
  NAME_SUFFIXES.revocations,
  NAME_SUFFIXES.history,
  NAME_SUFFIXES.subscriptions,
];

/** What a right is for. `release` is a function's alias, `any` has no smaller resource in AWS. */
type Kind = "function" | "release" | "queue" | "topic" | "table" | "log of function" | "access log" | "any";

interface Right {
  readonly actions: readonly string[];
  readonly kind: Kind;
  readonly names?: readonly NameSuffix[];
}

const READ_FUNCTIONS: Right = { actions: ["lambda:GetFunctionConfiguration"], kind: "function", names: FUNCTIONS };
const READ_RELEASES: Right = { ...READ_FUNCTIONS, kind: "release" };
const READ_FUNCTION_LOGS: Right = { actions: ["logs:FilterLogEvents"], kind: "log of function", names: FUNCTIONS };
const READ_LOGS: readonly Right[] = [READ_FUNCTION_LOGS, { actions: ["logs:FilterLogEvents"], kind: "access log" }];
const FIND_QUEUE = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"];
const READ_LETTERS: Right = {
  actions: [...FIND_QUEUE, "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"],
  kind: "queue",
  names: DEAD_LETTER_QUEUES,
};
const SEND: Right = { actions: [...FIND_QUEUE, "sqs:SendMessage"], kind: "queue", names: [notifications] };
const PUSHERS: readonly NameSuffix[] = [pusher, pusherReleased];
const AUTHORIZERS: readonly NameSuffix[] = [authorizer, authorizerReleased];
/** Where clients connect, and with what. */
const READ_ENTRANCE: readonly Right[] = [READ_FUNCTIONS, READ_RELEASES].map((right) => ({
  ...right,
  names: [...AUTHORIZERS, ...PUSHERS],
}));

/** A command of `sumu`, the operator's tool. */
export type OperatorCommand =
  | "doctor"
  | "why"
  | "token"
  | "tail"
  | "who"
  | "dead-letters list"
  | "dead-letters show"
  | "dead-letters redrive"
  | "probe"
  | "connect"
  | "notify"
  | "disconnect";

/** The rights that each command of the operator's tool needs, and no more. */
export const OPERATOR_RIGHTS: Readonly<Record<OperatorCommand, readonly Right[]>> = {
  doctor: [
    { ...READ_FUNCTIONS, actions: ["lambda:GetFunctionConfiguration", "lambda:GetFunctionConcurrency"] },
    { ...READ_RELEASES, actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"] },
    { actions: ["lambda:ListEventSourceMappings", "logs:DescribeLogGroups"], kind: "any" },
    { actions: FIND_QUEUE, kind: "queue", names: [...QUEUES, ...DEAD_LETTER_QUEUES] },
    { actions: ["sns:ListSubscriptionsByTopic"], kind: "topic", names: [notifications, messages] },
    { actions: ["dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"], kind: "table", names: TABLES },
    READ_FUNCTION_LOGS,
  ],
  why: [
    READ_FUNCTIONS,
    READ_RELEASES,
    ...READ_LOGS,
    { actions: ["dynamodb:Query"], kind: "table", names: [connections] },
    READ_LETTERS,
  ],
  token: [
    { ...READ_FUNCTIONS, names: AUTHORIZERS },
    { ...READ_RELEASES, names: AUTHORIZERS },
    { actions: ["dynamodb:GetItem"], kind: "table", names: [NAME_SUFFIXES.revocations] },
  ],
  tail: [READ_FUNCTIONS, READ_RELEASES, ...READ_LOGS],
  who: [
    { ...READ_FUNCTIONS, names: PUSHERS },
    { ...READ_RELEASES, names: PUSHERS },
    { actions: ["dynamodb:Query", "dynamodb:Scan"], kind: "table", names: [connections] },
  ],
  "dead-letters list": [READ_LETTERS],
  "dead-letters show": [READ_LETTERS],
  "dead-letters redrive": [
    { ...READ_LETTERS, actions: [...READ_LETTERS.actions, "sqs:DeleteMessage"] },
    { ...SEND, names: QUEUES },
  ],
  probe: [
    ...READ_ENTRANCE,
    { actions: ["dynamodb:GetItem"], kind: "table", names: [connections] },
    SEND,
    { ...READ_FUNCTION_LOGS, names: PUSHERS },
  ],
  connect: READ_ENTRANCE,
  notify: [SEND],
  disconnect: [SEND],
};

/** The commands that change nothing. */
export const READING_COMMANDS: readonly OperatorCommand[] = [
  "doctor",
  "why",
  "token",
  "tail",
  "who",
  "dead-letters list",
  "dead-letters show",
];

/** What a call needs of the key that encrypts the data. Lambda decrypts a function's environment variables as the caller. */
const KEY_USES: readonly { readonly call: string; readonly actions: readonly string[]; readonly via: string }[] = [
  { call: "lambda:GetFunctionConfiguration", actions: ["kms:Decrypt"], via: "lambda" },
  { call: "dynamodb:Query", actions: READ_TABLE_WITH_KEY, via: "dynamodb" },
  { call: "dynamodb:GetItem", actions: READ_TABLE_WITH_KEY, via: "dynamodb" },
  { call: "sqs:ReceiveMessage", actions: RECEIVE_WITH_KEY, via: "sqs" },
  { call: "sqs:SendMessage", actions: SEND_WITH_KEY, via: "sqs" },
];

/** The rights of commands, each resource with the actions on it once. */
export function operate(
  account: AwsAccount,
  prefix: string,
  connectionsTableArn: string,
  commands: readonly OperatorCommand[],
): Grant {
  const byResource = new Map<string, Set<string>>();
  const rights: readonly Right[] = commands.flatMap((command) => OPERATOR_RIGHTS[command]);
  for (const { actions, kind, names = [] } of rights) {
    for (const named of resources(account, prefix, kind, names)) {
      // The name of this table is an input.
      const resource = named.endsWith(`:table/${physicalName(prefix, connections)}`) ? connectionsTableArn : named;
      const known = byResource.get(resource) ?? new Set();
      for (const action of actions) known.add(action);
      byResource.set(resource, known);
    }
  }
  const byActions = new Map<string, string[]>();
  for (const [resource, actions] of byResource) {
    const key = [...actions].sort().join(",");
    byActions.set(key, [...(byActions.get(key) ?? []), resource]);
  }
  const statements = [...byActions].map(([key, list]) => ({ actions: key.split(","), resources: list }));
  const used = new Set(statements.flatMap(({ actions }) => actions));
  const keyUses = KEY_USES.filter(({ call }) => used.has(call));
  return {
    name: `operate_${[...commands].sort().join("_").replace(/[ -]/g, "_")}`,
    statements,
    ...(keyUses.length > 0 && {
      keyUse: {
        actions: [...new Set(keyUses.flatMap(({ actions }) => actions))],
        via: [...new Set(keyUses.map(({ via }) => via))],
      },
    }),
  };
}

function resources(account: AwsAccount, prefix: string, kind: Kind, names: readonly NameSuffix[]): readonly string[] {
  const { partition, region, accountId } = account;
  const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  if (kind === "any") return ["*"];
  const accessLog = physicalName(prefix, NAME_SUFFIXES.gatewayAccessLog);
  if (kind === "access log") return [arn("logs", `log-group:${accessLog}:*`)];
  const spelling = {
    function: (name: string) => arn("lambda", `function:${name}`),
    release: (name: string) => arn("lambda", `function:${name}:${RELEASE_ALIAS}`),
    "log of function": (name: string) => arn("logs", `log-group:/sumu/${name}:*`),
    table: (name: string) => arn("dynamodb", `table/${name}`),
    topic: (name: string) => arn("sns", name),
    queue: (name: string) => arn("sqs", name),
  }[kind];
  return names.map((suffix) => spelling(physicalName(prefix, suffix)));
}
