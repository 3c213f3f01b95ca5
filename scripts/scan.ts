import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ACCEPTED_FINDINGS } from "../src/terraform/accepted-finding";
import { runScript } from "./run-script";
import { CANARY } from "./scan/canary";
import { CHECKOV_VERSION, checkov } from "./scan/checkov";
import { type Body, toHcl } from "./scan/to-hcl";
import { type AcceptedFinding, SCANNED, type Verdict, verdict } from "./scan/verdict";

const MODULES = path.resolve(__dirname, "..", "modules");

/** Scans the synthesized modules, and separates accepted findings from the others. */
async function scan(): Promise<Verdict> {
  const scratch = mkdtempSync(path.join(tmpdir(), "sumu-scan-"));
  try {
    const accepted = readdirSync(MODULES).flatMap((name) => {
      const module = { ...read(name, "main"), ...read(name, "variables") };
      write(path.join(scratch, SCANNED.modules, name), toHcl(module));
      return acceptedFindings(name, module);
    });
    write(path.join(scratch, SCANNED.canary), toHcl(CANARY));
    return verdict(await checkov(scratch), accepted);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function read(module: string, file: string): Body {
  return JSON.parse(readFileSync(path.join(MODULES, module, `${file}.tf.json`), "utf8")) as Body;
}

function write(folder: string, hcl: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "main.tf"), hcl);
}

/** The findings that a module's resources and data sources accept. */
function acceptedFindings(module: string, { resource = {}, data = {} }: Body): AcceptedFinding[] {
  return Object.entries({ "": resource, "data.": data }).flatMap(([kind, types]) =>
    Object.entries(types as Record<string, Record<string, Body>>).flatMap(([type, named]) =>
      Object.entries(named).flatMap(([name, block]) => {
        const notes = (block["//"] ?? {}) as Record<string, Record<string, string>>;
        return Object.entries(notes[ACCEPTED_FINDINGS] ?? {}).map(([check, reason]) => ({
          module,
          address: `${kind}${type}.${name}`,
          check,
          reason,
        }));
      }),
    ),
  );
}

function print({ passed, failed, accepted, stale }: Verdict): void {
  const byReason = new Map<string, AcceptedFinding[]>();
  for (const finding of accepted) {
    const title = `${finding.check}: ${finding.reason}`;
    byReason.set(title, [...(byReason.get(title) ?? []), finding]);
  }
  console.log("Accepted:");
  for (const [title, findings] of [...byReason].sort(([one], [other]) => one.localeCompare(other))) {
    console.log(`  ${title}`);
    for (const { module, address } of findings) console.log(`    ${module} ${address}`);
  }
  for (const finding of failed) console.log(`FAILED   ${finding}`);
  for (const finding of stale) console.log(`STALE    ${finding}: accepted, and not found any more`);
  console.log(
    `checkov ${CHECKOV_VERSION}: ${passed} passed, ${failed.length} failed, ${accepted.length} accepted, ${stale.length} stale`,
  );
}

runScript(
  scan().then((result) => {
    print(result);
    process.exitCode = result.failed.length + result.stale.length > 0 ? 1 : 0;
  }),
);
