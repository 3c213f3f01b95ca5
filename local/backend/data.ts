import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { zipSync } from "fflate";
import type { Create } from "../../terraform-json/apply";
import type { ValueObject } from "../../terraform-json/value";
import { Arguments } from "./arguments";
import type { Place } from "./left-out";

/** The data sources of a stack that runs on this machine and not in an account. */
export function dataSources({ region, accountId }: Place, outputFolder: string): { readonly [type: string]: Create } {
  return {
    archive_file: (args, address) => archiveFile(new Arguments(args, address), outputFolder),
    aws_caller_identity: () => ({
      id: accountId,
      account_id: accountId,
      user_id: accountId,
      arn: `arn:aws:iam::${accountId}:root`,
    }),
    aws_iam_policy_document: (args, address) => policyDocument(new Arguments(args, address)),
    aws_partition: () => ({
      id: "aws",
      partition: "aws",
      dns_suffix: "amazonaws.com",
      reverse_dns_prefix: "com.amazonaws",
    }),
    aws_region: () => ({ id: region, name: region, region, endpoint: `ec2.${region}.amazonaws.com` }),
  };
}

/**
 * Zips one file, as the provider does for a handler's bundle. The zip goes to a folder of ours and not beside the
 * stack.
 */
async function archiveFile(args: Arguments, outputFolder: string): Promise<ValueObject> {
  const source = args.text("source_file");
  const name = path.basename(args.text("output_path"));
  args.leaveOut("a zip is the only type there is", "type");
  args.leaveOut("file modes do not matter to the emulator", "output_file_mode");
  args.finish();
  // The date is fixed, so that the same bundle gives the same zip. 1980 is the earliest year of the format.
  const entry = new Uint8Array(await readFile(source));
  const zip = zipSync({ [path.basename(source)]: [entry, { mtime: new Date(1980, 0, 1) }] });
  const outputPath = path.join(outputFolder, createHash("sha256").update(source).digest("hex").slice(0, 16), name);
  await mkdir(path.dirname(outputPath), { recursive: true });
  await writeFile(outputPath, zip);
  return {
    id: outputPath,
    output_path: outputPath,
    output_size: zip.length,
    output_base64sha256: createHash("sha256").update(zip).digest("base64"),
    output_sha256: createHash("sha256").update(zip).digest("hex"),
  };
}

/** A policy document's JSON, which the local AWS enforces. */
function policyDocument(args: Arguments): ValueObject {
  const statements = args.blocks("statement").map((statement) => ({
    Sid: statement.optionalText("sid"),
    Effect: statement.optionalText("effect") ?? "Allow",
    Action: present(statement.texts("actions")),
    NotAction: present(statement.texts("not_actions")),
    Resource: present(statement.texts("resources")),
    NotResource: present(statement.texts("not_resources")),
    Principal: principals(statement.blocks("principals")),
    Condition: conditions(statement.blocks("condition")),
  }));
  args.finish();
  const json = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return { id: createHash("sha256").update(json).digest("hex"), json, minified_json: json };
}

function present(list: readonly string[]): readonly string[] | undefined {
  return list.length > 0 ? list : undefined;
}

function principals(blocks: readonly Arguments[]): "*" | Record<string, string[]> | undefined {
  if (blocks.length === 0) return undefined;
  const byType = Object.fromEntries(blocks.map((block) => [block.text("type"), block.texts("identifiers")]));
  // As the provider writes it: everybody, with or without a signature.
  return "*" in byType ? "*" : byType;
}

function conditions(blocks: readonly Arguments[]): Record<string, Record<string, string[]>> | undefined {
  if (blocks.length === 0) return undefined;
  const byTest: Record<string, Record<string, string[]>> = {};
  for (const block of blocks) {
    const test = block.text("test");
    byTest[test] = { ...byTest[test], [block.text("variable")]: block.texts("values") };
  }
  return byTest;
}
