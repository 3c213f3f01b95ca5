import type { ProxiedCall } from "./fault-proxy";
import type { Call } from "./weather";

const CONNECTIONS = /\/@connections\/([^/?]+)/;
const READS = new Set(["GetItem", "BatchGetItem", "Query", "Scan"]);

/** What a call of a function is for the weather. */
export function classify({ path, headers }: ProxiedCall): Call {
  const connection = CONNECTIONS.exec(path)?.[1];
  if (connection !== undefined) return { calls: "posts", key: connection };
  const target = String(headers["x-amz-target"] ?? "");
  return { calls: READS.has(target.split(".").at(-1) ?? "") ? "reads" : "writes", key: target };
}
