import type { Node } from "./syntax";

/**
 * Removes the whitespace that Velocity 1.7 removes with directives: the rest of a directive's line when it is blank,
 * the line end of a line comment, and blanks between two directives (or a reference) and `#set`. Checked against
 * Velocity 1.7 itself. AWS does not document which version API Gateway runs, so a template should not depend on this.
 */
export function gobble(nodes: readonly Node[]): readonly Node[] {
  const kept: Node[] = [];
  let swallowsLineEnd = false;
  nodes.forEach((node, index) => {
    if (typeof node === "string") {
      let text = swallowsLineEnd ? node.replace(/^[ \t]*(?:\r\n|\n|\r)/, "") : node;
      if (/^[ \t]+$/.test(text) && isSet(nodes[index + 1])) text = "";
      if (text !== "") kept.push(text);
      swallowsLineEnd = false;
      return;
    }
    kept.push(Array.isArray(node) ? gobble(node) : node);
    swallowsLineEnd = takesLineEnd(node);
  });
  return kept;
}

const isSet = (node: Node | undefined): boolean => typeof node === "object" && "type" in node && node.type === "set";

function takesLineEnd(node: Exclude<Node, string>): boolean {
  if (!("type" in node)) return true;
  return node.type === "comment" ? node.value.startsWith("##") : node.type !== "references";
}
