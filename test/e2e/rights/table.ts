import { HANDLERS } from "../../../src/contract/handlers";
import { type Line, POLICIES } from "../../module/expected-policies";
import type { Behaviour } from "./behaviours";

/** A right, and the behaviour that fails without it: see {@link Right} for the words. */
export type Row = readonly [where: string, sid: string, action: string, behaviour: Behaviour];

/** Policies of a role beside its own, whose names do not begin with the role's. */
const FURTHER: { readonly [document: string]: string } = { frames: "gateway", limit: "presence" };

const OF_HANDLER = new RegExp(`^(${HANDLERS.join("|")})_(.+)$`);

/** The policy of the running stack that a policy document of the module becomes. */
function whereOf(document: string, lines: readonly Line[]): string {
  if (lines.some((line) => line.includes("RefuseWithoutTls"))) {
    const [, topic] = /^(.+)_topic$/.exec(document) ?? [];
    return topic === undefined
      ? `queue ${document.replace(/_frames|_queue/, "").replaceAll("_", "-")}`
      : `topic ${topic}`;
  }
  const [, handler, policy] = OF_HANDLER.exec(document) ?? [];
  if (handler !== undefined) {
    if (policy === "execution_trust") return `trust of ${handler}`;
    return policy === "execution" ? `role ${handler}` : `role ${handler}/${policy}`;
  }
  const [, trusted] = /^(.+)_trust$/.exec(document) ?? [];
  if (trusted !== undefined) return `trust of ${trusted}`;
  return document in FURTHER ? `role ${FURTHER[document]}/${document}` : `role ${document}`;
}

/** The rows of a statement. A statement without a behaviour is not in the running stack: it is for a key or a pipeline. */
function rowsOf(where: string, line: Line): Row[] {
  const [statement, ...behaviours] = typeof line === "string" ? [line] : line;
  const [, name = "", text = ""] = /^(\w+): (.*)$/.exec(statement) ?? [];
  const sid = name === "Allow" ? "" : name;
  const actions = (text.split(/ (?:on|if) /)[0] ?? "")
    .split(" ")
    .filter((word) => /^[a-z0-9-]+:[A-Za-z*]+$/.test(word));
  // The statement of a queue or topic is taken away as a whole.
  if (sid === "RefuseWithoutTls") {
    return [[where, sid, actions.length === 1 ? (actions[0] ?? "") : "all", "a call without TLS is refused"]];
  }
  const [first] = behaviours;
  if (first === undefined) return [];
  if (behaviours.length > 1 && behaviours.length !== actions.length) {
    throw new Error(`${where} ${sid} has ${actions.length} actions and ${behaviours.length} behaviours`);
  }
  return actions.map((action, index): Row => [where, sid, action, behaviours[index] ?? first]);
}

/** One row for each right, from the table of policies; and who may invoke the functions, which no policy document says. */
export const ROWS: readonly Row[] = [
  ...Object.entries(POLICIES).flatMap(([key, lines]) => {
    const [module, document = ""] = key.split(" ");
    return module === "serverless" ? lines.flatMap((line) => rowsOf(whereOf(document, lines), line)) : [];
  }),
  ["function authorizer-codeless", "InvokeByAuthorizer", "lambda:InvokeFunction", "a client connects"],
  [
    "function pusher-codeless",
    "InvokeByNotificationsTopic",
    "lambda:InvokeFunction",
    "a notification by the topic arrives",
  ],
];

const OWN_SERVICES =
  "SNS's own default for a topic: CloudWatch and other services of the account publish by it. No such service runs here";

/** Rights that no behaviour here needs, with the reason why each stays. */
export const ONLY_ON_AWS: readonly (readonly [where: string, sid: string, action: string, reason: string])[] = [
  ["topic messages", "AllowOwner", "all", OWN_SERVICES],
  ["topic notifications", "AllowOwner", "all", OWN_SERVICES],
];
