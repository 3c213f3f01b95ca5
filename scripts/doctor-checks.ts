import { OPERATOR_RIGHTS, type OperatorCommand, operate } from "../src/access/operator-rights";
import { CHECKS } from "../tool/src/checks/checks";

/** The blocks of docs/doctor.md: a row for each check. */
export function doctorBlocks(): Readonly<Record<string, () => string>> {
  const rows = CHECKS.map(
    ({ id, reads, wrongIf, advice }) => `| \`${id}\` | ${cell(reads)} | ${cell(wrongIf)} | ${cell(advice)} |`,
  );
  return {
    checks: () => ["| check | reads | is wrong if | what to do |", "| --- | --- | --- | --- |", ...rows].join("\n"),
  };
}

const PLACE = { partition: "aws", region: "<region>", accountId: "<account>" };
const TABLE = "arn:aws:dynamodb:<region>:<account>:table/shop-sumu-connections";

/** The blocks of docs/operator-tool.md: the policy of each command. */
export function operatorBlocks(): Readonly<Record<string, () => string>> {
  const commands = Object.keys(OPERATOR_RIGHTS) as OperatorCommand[];
  const rows = commands.flatMap((command) =>
    operate(PLACE, "shop", TABLE, [command]).statements.map(
      ({ actions, resources }) => `| \`${command}\` | ${list(actions)} | ${list(resources.map(short))} |`,
    ),
  );
  return { rights: () => ["| command | actions | resources |", "| --- | --- | --- |", ...rows].join("\n") };
}

const list = (items: readonly string[]): string => items.map((item) => `\`${item}\``).join(", ");
const short = (arn: string): string => arn.replace(/^arn:aws:([a-z]+):<region>:<account>:/, "$1:");
const cell = (text: string): string => text.replaceAll("|", "\\|");
