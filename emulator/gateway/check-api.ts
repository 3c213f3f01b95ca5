import { checkTemplate } from "../velocity/render-template";
import type { ApiDefinition } from "./api-definition";
import { compileSelection } from "./selection-expression";

/** Finds faults at the start that would otherwise appear with the first message. @throws Error naming the route. */
export function checkApi(api: ApiDefinition): void {
  for (const { routeKey, integration } of api.routes.values()) {
    for (const { templates, expression } of [
      { templates: integration.requestTemplates, expression: integration.templateSelectionExpression },
      ...integration.responses.map((response) => ({
        templates: response.templates,
        expression: response.templateSelectionExpression,
      })),
    ]) {
      try {
        if (expression !== undefined) compileSelection(expression);
        for (const template of templates.values()) checkTemplate(template);
      } catch (error) {
        throw new Error(`route ${routeKey}: ${(error as Error).message}`, { cause: error });
      }
    }
    for (const { key } of integration.responses) {
      try {
        new RegExp(key);
      } catch {
        throw new Error(`route ${routeKey}: integration response key ${key} is not a regular expression`);
      }
    }
  }
}
