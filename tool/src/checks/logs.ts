import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { readLog } from "../aws/read-log";
import type { Stack } from "../stack";
import { type Check, wrongIfAny } from "./check";

const RECENT_MILLISECONDS = 3_600_000;

/** The log groups of the stack: the access log, and one of each function. */
export async function logGroups(stack: Stack): Promise<readonly string[]> {
  const found = await Promise.all(
    (["authorizer", "pusher", "presence", "control"] as const).map(
      async (name) => (await stack.function(name))?.logGroup,
    ),
  );
  return [stack.name("gw-access"), ...found.filter((group) => group !== undefined)];
}

export const LOG_CHECKS: readonly Check[] = [
  {
    id: "log-groups",
    reads: "the log groups of the API and of each function",
    wrongIf: "a log group is missing: its lines are lost, or are kept for ever in a group that Lambda makes",
    advice: "run terraform apply",
    run: async (stack) => {
      const faults = await Promise.all(
        (await logGroups(stack)).map(async (logGroupNamePrefix) => {
          const command = new DescribeLogGroupsCommand({ logGroupNamePrefix });
          const { logGroups: groups = [] } = await stack.clients.logs.send(command);
          const exists = groups.some(({ logGroupName }) => logGroupName === logGroupNamePrefix);
          return exists ? [] : [`there is no log group ${logGroupNamePrefix}`];
        }),
      );
      return wrongIfAny(faults.flat());
    },
  },
  {
    id: "recent-errors",
    reads: "the errors in the functions' logs of the last hour",
    wrongIf: "a function logged an error",
    advice: "docs/operations.md explains each code; sumu why <request id> shows what happened around it",
    run: async (stack) => {
      const codes = new Map<string, number>();
      const since = stack.now() - RECENT_MILLISECONDS;
      for (const group of (await logGroups(stack)).slice(1)) {
        for await (const { fields } of readLog(stack.clients.logs, group, {
          since,
          filterPattern: '{ $.level = "error" }',
        })) {
          if (fields.level !== "error") continue;
          const what = `${group.split("/").at(-1)} ${fields.code}`;
          codes.set(what, (codes.get(what) ?? 0) + 1);
        }
      }
      return wrongIfAny([...codes].map(([what, count]) => `${what}, ${count === 1 ? "once" : `${count} times`}`));
    },
  },
];
