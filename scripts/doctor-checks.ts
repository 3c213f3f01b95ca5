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

const cell = (text: string): string => text.replaceAll("|", "\\|");
