/** A flowchart of Mermaid's, as far as the README's diagram goes. */
export interface Flowchart {
  /** Shape by node: `[[` of `pusher[[pusher]]`. */
  readonly shapes: ReadonlyMap<string, string>;
  readonly edges: readonly FlowchartEdge[];
}

export interface FlowchartEdge {
  readonly from: string;
  readonly to: string;
  /** Empty where there is none. */
  readonly label: string;
}

const NODE = /^(\w+)(\[\[|\[\(|\{\{|\(\[|\[).+?(?:\]\]|\)\]|\}\}|\]\)|\])$/;
const LINK = /\s+(?:--\s+("[^"]*"|[^"]+?)\s+-->|-->|---)\s+/;

/** Reads nodes, links and chains of links. @throws Error with the line that is none of these */
export function parseFlowchart(text: string): Flowchart {
  const shapes = new Map<string, string>();
  const edges: FlowchartEdge[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "" || line === "end" || /^(flowchart|subgraph) /.test(line)) continue;
    const node = NODE.exec(line);
    if (node?.[1] !== undefined && node[2] !== undefined) {
      shapes.set(node[1], node[2]);
      continue;
    }
    // A capturing split: node, label, node, label, …
    const parts = line.split(LINK);
    if (parts.length < 3) throw new Error(`Neither node nor link: ${line}`);
    for (let at = 0; at + 2 < parts.length; at += 2) {
      const [from = "", label, to = ""] = parts.slice(at, at + 3);
      edges.push({ from, to, label: (label ?? "").replaceAll('"', "") });
    }
  }
  return { shapes, edges };
}
