import { Fn, TerraformLocal } from "cdktf";
import type { Construct } from "constructs";
import { INPUTS } from "../inputs/inputs";
import type { SumuProps } from "../inputs/sumu-props";
import type { VariableDefinition } from "./variable";
import { propsFromVariables, variablesOf } from "./variables";

/** The inputs of module `serverless`, in the order of its README: the original's first, then our own. */
export const SUMU_VARIABLES: Readonly<Record<string, VariableDefinition>> = withAlias(
  variablesOf(INPUTS),
  "github_repositories",
  "github_repository",
);

/** Declares the variables and returns the props that read them. */
export function sumuVariables(scope: Construct): SumuProps {
  const { props, variable } = propsFromVariables<SumuProps>(scope, INPUTS, SUMU_VARIABLES);
  const repositories = new TerraformLocal(
    scope,
    "repositories",
    Fn.coalesce([
      variable("github_repositories").value,
      variable("github_repository").value,
      INPUTS.githubRepositories.default,
    ]),
  );
  return { ...props, githubRepositories: repositories.expression };
}

/** The same variable under the original's second name. The first name has priority. */
function withAlias(variables: Record<string, VariableDefinition>, name: string, alias: string) {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([key, variable]) => {
      if (key !== name || variable.rule === undefined) return [[key, variable]];
      const { rule } = variable;
      const description = `Alias of ${name}. Ignored when ${name} is set.`;
      return [
        [key, variable],
        [alias, { ...variable, description, rule: { ...rule, message: rule.message.replace(name, alias) } }],
      ];
    }),
  );
}
