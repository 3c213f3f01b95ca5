import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** A member of an object in the source, with the text of its TSDoc comment. */
export interface DescribedMember {
  readonly name: string;
  readonly description: string;
}

/**
 * The members of an object literal in a source file. So a table of the guides has the same text as the code.
 *
 * @param keys - the constant's name, then the names of the members that lead to the object
 * @throws Error for an object that is not there, or a member without a comment
 */
export function describedMembers(file: string, ...keys: readonly string[]): readonly DescribedMember[] {
  const text = readFileSync(path.resolve(__dirname, "..", file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const [constant, ...members] = keys;
  const declarations = source.statements
    .filter(ts.isVariableStatement)
    .flatMap((one) => one.declarationList.declarations);
  let object = literal(declarations.find(({ name }) => name.getText() === constant)?.initializer);
  for (const member of members)
    object = literal(assignments(object).find(({ name }) => name.getText() === member)?.initializer);
  if (object === undefined) throw new Error(`${file} has no object ${keys.join(".")}`);
  return assignments(object).map((member) => {
    const name = member.name.getText();
    const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
    const description = ts.getTextOfJSDocComment(comment?.comment)?.replace(/\s+/g, " ").trim();
    if (!description)
      throw new Error(`${keys.join(".")}.${name} in ${file} needs a comment: docs/operations.md shows it`);
    return { name, description };
  });
}

function assignments(object: ts.ObjectLiteralExpression | undefined): readonly ts.PropertyAssignment[] {
  return object?.properties.filter(ts.isPropertyAssignment) ?? [];
}

/** The object literal within `… as const satisfies …`. */
function literal(expression: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  if (expression === undefined || ts.isObjectLiteralExpression(expression)) return expression;
  return ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression)
    ? literal(expression.expression)
    : undefined;
}
