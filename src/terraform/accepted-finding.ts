import type { TerraformDataSource, TerraformResource } from "cdktf";

/** The member of `//` in which a block notes the accepted findings. Terraform does not read it. */
export const ACCEPTED_FINDINGS = "accepted_findings";

/**
 * Notes on a resource that a finding of the scanner is accepted, and why. The note is part of the module, and `npm run
 * scan` reads it there. If an accepted finding no longer occurs, the scan fails, as it does for a new finding.
 *
 * @param check - checkov's id, such as `CKV_AWS_272`
 */
export function acceptFinding(
  element: TerraformResource | TerraformDataSource,
  check: `CKV${string}`,
  reason: string,
): void {
  element.addOverride(`//.${ACCEPTED_FINDINGS}.${check}`, reason);
}
