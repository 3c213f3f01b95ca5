import type { GitHub, S3Artifacts } from "../inputs/release-props";
import { type Existence, existsWhenGiven, existsWithBoth } from "../terraform/existence";
import type { Given } from "../terraform/field";

/** The pipelines exist if both their bucket and their source are given. */
export function deliveryExistence(s3Artifacts?: Given<S3Artifacts>, github?: Given<GitHub>): Existence {
  return existsWithBoth(existsWhenGiven(s3Artifacts), existsWhenGiven(github));
}
