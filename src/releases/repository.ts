import { propertyAccess, Token } from "cdktf";
import type { GitHubRepositories, GitHubRepository } from "../inputs/release-props";
import type { Given } from "../terraform/field";
import type { ReleasedHandler } from "./smoke-test";

/** The repository of one handler, out of a literal or a variable. */
export function repositoryOf(repositories: Given<GitHubRepositories>, handler: ReleasedHandler): GitHubRepository {
  if (!Token.isUnresolved(repositories)) {
    return (repositories as GitHubRepositories)[handler];
  }
  const field = (name: keyof GitHubRepository) => Token.asString(propertyAccess(repositories, [handler, name]));
  return { name: field("name"), branch: field("branch") };
}
