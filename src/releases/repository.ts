import { propertyAccess, Token } from "cdktf";
import type { GitHubRepositories, GitHubRepository } from "../inputs/release-props";
import type { Given } from "../terraform/field";
import { whenKnown } from "../terraform/when-known";
import type { ReleasedHandler } from "./smoke-test";

/** The repository of one handler, from a literal or a variable. */
export function repositoryOf(repositories: Given<GitHubRepositories>, handler: ReleasedHandler): GitHubRepository {
  return whenKnown(
    repositories,
    (known) => (known as GitHubRepositories)[handler],
    (token) => {
      const field = (name: keyof GitHubRepository) => Token.asString(propertyAccess(token, [handler, name]));
      return { name: field("name"), branch: field("branch") };
    },
  );
}
