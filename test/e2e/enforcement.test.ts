import { signedFetch } from "../../local/backend/signed-fetch";
import type { Decision } from "../../local/enforcement/decision";
import { describeDenial } from "../../local/enforcement/describe-denial";
import { CALLER_MILLISECONDS } from "../../local/gateway-process/roles";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { localTarget } from "./local-target";
import { BackendRole } from "./rights/backend-role";
import { ALONE, type Behaviour, behavioursOf, INPUTS } from "./rights/behaviours";
import { listRights } from "./rights/list-rights";
import { republish } from "./rights/republish";
import { covers, type Right } from "./rights/right";
import { ONLY_ON_AWS, ROWS } from "./rights/table";
import { Session } from "./session";
import { until, untilAborted } from "./until";

jest.setTimeout(300_000);

const PUSHER = "local-sumu-run-pusher";
/** After a denial, a behaviour must not be seen for this long. */
const LATER_MILLISECONDS = 100;
/** The functions of the roles that Lambda assumes. */
const FUNCTIONS: { readonly [trust: string]: string } = {
  "trust of authorizer": "local-sumu-authorizer-codeless",
  "trust of pusher": "local-sumu-pusher-codeless",
  "trust of presence": "local-sumu-presence",
  "trust of control": "local-sumu-control",
};

const WITHOUT_TLS: Behaviour = "a call without TLS is refused";
const SERVED = [...new Set(ROWS.map(([, , , behaviour]) => behaviour))].filter((one) => one !== WITHOUT_TLS);
const TOGETHER = SERVED.filter((behaviour) => !ALONE.has(behaviour));
const TRIES = 3;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const nameOf = ({ where, sid, action }: Right): string => [where, sid, action].join(" ");

describeWithLocalAws("what the policies of the stack decide", () => {
  const decisions: Decision[] = [];
  let stack: LocalStack;
  let session: Session;
  let behaviours: ReturnType<typeof behavioursOf>;
  let rights: readonly Right[];
  beforeAll(async () => {
    stack = await startLocalStack({
      presenceSource: "topic",
      inputs: INPUTS,
      onDecision: (decision) => decisions.push(decision),
    });
    session = await Session.open(localTarget(stack, "topic"));
    behaviours = behavioursOf(stack, session);
    rights = await listRights(stack.aws);
  }, INSTALL_TIMEOUT_MILLISECONDS);
  let closing: Promise<void> | undefined;
  const closeSession = () => {
    closing ??= session?.close();
    return closing;
  };
  afterAll(async () => {
    await closeSession();
    await stack?.stop();
  });

  function find(where: string, sid: string, action: string): Right {
    const found = rights.find((right) => right.where === where && right.sid === sid && right.action === action);
    if (found === undefined) throw new Error(`the stack has no right ${where} ${sid} ${action}`);
    return found;
  }

  const denial = (right: Right, since: number): Promise<Decision> =>
    until(`a denial of ${right.action} to ${right.principal}`, () =>
      decisions
        .slice(since)
        .find(
          ({ kind, principal, action, resource }) =>
            kind === "denied" && principal === right.principal && action === right.action && covers(right, resource),
        ),
    );

  /** Ends the sessions of a role whose trust has changed: services keep the sessions that they have. */
  async function endSessions(where: string): Promise<void> {
    const functionName = FUNCTIONS[where];
    if (functionName !== undefined) await republish(stack.aws.lambda, functionName);
    if (where !== "trust of gateway") return;
    const { pid } = stack.gateway;
    process.kill(pid, "SIGKILL");
    await until("another gateway", () => stack.gateway.pid !== pid);
    await stack.gateway.ready();
  }

  /**
   * Until the denial is reported, and a little longer, the behaviour must not be seen. It is tried three times: on a busy
   * machine it can fail before it comes to the right, for example if a client's handshake takes too long.
   */
  async function isMissed(behaviour: Behaviour, right: Right): Promise<void> {
    for (let tries = 1; ; tries++) {
      const since = decisions.length;
      const leaving = new AbortController();
      const tried = untilAborted(leaving.signal, () => behaviours[behaviour](right)).then(
        () => "seen",
        () => "missing",
      );
      try {
        if (right.isRefusal) return expect(await tried).toBe("missing");
        const isDenied = await denial(right, since).then(
          () => true,
          (error: unknown) => {
            if (tries === TRIES) throw error;
            return false;
          },
        );
        expect(await Promise.race([tried, sleep(LATER_MILLISECONDS).then(() => "missing")])).toBe("missing");
        if (isDenied) return;
      } finally {
        leaving.abort(new Error("the test is over"));
        if (ALONE.has(behaviour)) await tried;
      }
    }
  }

  it("are every right of every policy, each of which a behaviour below needs, or a reason keeps", () => {
    const named = [...ROWS, ...ONLY_ON_AWS].map((row) => row.slice(0, 3).join(" "));
    expect(rights.map(nameOf).sort()).toEqual(named.sort());
  });

  describe("with all rights,", () => {
    let seen: ReadonlyMap<Behaviour, Promise<void>>;
    beforeAll(() => {
      seen = new Map(TOGETHER.map((behaviour) => [behaviour, behaviours[behaviour]({ resources: [] })]));
    });

    it.each(TOGETHER)("%s", (behaviour) => seen.get(behaviour));

    it("nothing is denied that SUMU does", () => {
      expect(decisions.filter(({ kind }) => kind !== "allowed").map(describeDenial)).toEqual([]);
    });

    it.each([...ALONE])("%s", (behaviour) => behaviours[behaviour]({ resources: [] }));
  });

  it.each(ROWS)("without %s: %s %s, it fails that %s", async (where, sid, action, behaviour) => {
    const right = find(where, sid, action);
    if (right.isRefusal) await behaviours[behaviour](right);
    const putBack = await right.take();
    try {
      await endSessions(where);
      if (action === "execute-api:ManageConnections") await sleep(CALLER_MILLISECONDS);
      await isMissed(behaviour, right);
    } finally {
      await putBack();
      if (where in FUNCTIONS) await endSessions(where);
      await session.closeClients();
    }
  });

  it("keep a role from a service that it does not trust", async () => {
    const RoleArn = `arn:aws:iam::000000000000:role/${PUSHER}`;
    const assumed = stack.aws.query("sts", "AssumeRole", { RoleArn, RoleSessionName: "apigateway.amazonaws.com" });
    await expect(assumed).rejects.toThrow("is not authorized to perform: sts:AssumeRole");
  });

  it.each([
    [
      "give API Gateway a role that demands a call without a source",
      { Null: { "aws:SourceArn": "true", "aws:SourceAccount": "true" } },
      true,
    ],
    [
      "give API Gateway no role that demands a source",
      { StringEquals: { "aws:SourceAccount": "000000000000" } },
      false,
    ],
  ])("%s: it sends neither aws:SourceArn nor aws:SourceAccount", async (_, Condition, isGiven) => {
    const RoleName = session.user("conditional");
    const Principal = { Service: "apigateway.amazonaws.com" };
    const Statement = [{ Effect: "Allow", Action: "sts:AssumeRole", Principal, Condition }];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await stack.aws.query("iam", "CreateRole", { RoleName, AssumeRolePolicyDocument });
    const RoleArn = `arn:aws:iam::000000000000:role/${RoleName}`;
    const assumed = stack.aws.query("sts", "AssumeRole", { RoleArn, RoleSessionName: "apigateway.amazonaws.com" });
    const isAssumed = await assumed.then(
      () => true,
      () => false,
    );
    expect(isAssumed).toBe(isGiven);
  });

  it("say what is missing, on what, and in which file the statement would have to be", async () => {
    const found = await denial(find("role pusher", "FindConnections", "dynamodb:Query"), 0);
    expect(describeDenial(found)).toBe(
      "AccessDenied: local-sumu-run-pusher may not call dynamodb:Query on " +
        "arn:aws:dynamodb:us-east-1:000000000000:table/local-sumu-connections. No statement of the role allows it: " +
        "add dynamodb:Query to a statement in src/pusher/pusher.ts.",
    );
  });

  it("end the run with an error if no policy decided a call", async () => {
    expect(decisions.filter(({ kind }) => kind === "unevaluated")).toEqual([]);
    const role = await BackendRole.create(stack.aws, session.user("backend"), [
      { Action: "sqs:SendMessage", Resource: "*" },
    ]);
    const { endpoint, region } = stack.aws.access;
    // STS answers everybody: no policy decides.
    const body = new URLSearchParams({ Action: "GetCallerIdentity", Version: "2011-06-15" }).toString();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const { status } = await signedFetch({ endpoint, region, credentials: role.credentials }, "sts", "/", body, form);
    expect(status).toBe(200);
    await closeSession();
    await expect(stack.stop()).rejects.toThrow(
      /^no policy was checked for these calls, so AWS may refuse them: backend-/,
    );
  });
});
