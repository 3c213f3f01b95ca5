import { CANARY_FINDINGS } from "./canary";
import type { Check, Report } from "./checkov";

/** The folders that are scanned at once: the modules and the canary. */
export const SCANNED = { modules: "modules", canary: "canary" } as const;

export interface AcceptedFinding {
  /** The module's folder. */
  readonly module: string;
  readonly address: string;
  readonly check: string;
  readonly reason: string;
}

export interface Verdict {
  readonly passed: number;
  /** `<module> <resource> <check> <what it wants>`: findings that are neither fixed nor accepted. */
  readonly failed: readonly string[];
  /** Accepted findings that the scan found. */
  readonly accepted: readonly AcceptedFinding[];
  /** `<module> <resource> <check>`: accepted findings that the scan does not find any more. */
  readonly stale: readonly string[];
}

/** @throws Error when the report does not show that everything was read. */
export function verdict(report: Report, accepted: readonly AcceptedFinding[]): Verdict {
  const { passed_checks, failed_checks, parsing_errors } = report.results;
  if (parsing_errors.length > 0) {
    throw new Error(`checkov could not parse ${parsing_errors.join(", ")}.`);
  }
  const seen = within(failed_checks, SCANNED.canary).map(({ resource, check_id }) => `${resource} ${check_id}`);
  const unseen = CANARY_FINDINGS.filter((finding) => !seen.includes(finding));
  if (unseen.length > 0) {
    throw new Error(`checkov is blind: it did not find ${unseen.join(", ")} in the canary.`);
  }
  const findings = within(failed_checks, SCANNED.modules);
  const found = new Set(findings.map(key));
  const known = new Set(accepted.map(acceptedKey));
  return {
    passed: within(passed_checks, SCANNED.modules).length,
    failed: findings.filter((check) => !known.has(key(check))).map((check) => `${key(check)} ${check.check_name}`),
    accepted: accepted.filter((one) => found.has(acceptedKey(one))),
    stale: accepted.map(acceptedKey).filter((finding) => !found.has(finding)),
  };
}

function within(checks: readonly Check[], folder: string): readonly Check[] {
  return checks.filter(({ file_path }) => file_path.startsWith(`/${folder}/`));
}

/** `/modules/serverless/main.tf` is module `serverless`; a counted resource ends in `[0]`, which its address does not. */
function key({ file_path, resource, check_id }: Check): string {
  return `${file_path.split("/")[2]} ${resource.replace(/\[\d+\]$/, "")} ${check_id}`;
}

function acceptedKey({ module, address, check }: AcceptedFinding): string {
  return `${module} ${address.replace(/^data\./, "")} ${check}`;
}
