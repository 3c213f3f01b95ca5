import type { TerraformDataSource, TerraformResource } from "cdktf";

/** Where a block notes what is accepted, inside `//`, which Terraform leaves unread. */
export const ACCEPTED_FINDINGS = "accepted_findings";

/**
 * States beside a resource that a finding of the scanner is accepted, and why. It travels with the resource into the
 * module, from where `npm run scan` reads it; a finding that no longer comes makes the scan fail, like one that is new.
 *
 * @param check - checkov's id, such as `CKV_AWS_117`
 */
export function acceptFinding(
  element: TerraformResource | TerraformDataSource,
  check: `CKV${string}`,
  reason: string,
): void {
  element.addOverride(`//.${ACCEPTED_FINDINGS}.${check}`, reason);
}
