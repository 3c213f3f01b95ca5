import { member, outputPlaces } from "../../backend/typescript/src/outputs";
import { physicalName } from "../../src/names";
import { ToolError } from "./tool-error";

/** Which SUMU, and how to reach its AWS. */
export interface Target {
  /** The module's input `prefix`. All names derive from it. */
  readonly prefix: string;
  /** @default - the region of the environment or profile */
  readonly region?: string;
  /** The connections table, whose name is an input of the module. @default - as the pusher's settings have it */
  readonly connectionsTable?: string;
  /** Where clients connect. @default - the API's own address, as the pusher's settings have it */
  readonly websocketUrl?: string;
  /** For a local AWS. @default - AWS_ENDPOINT_URL, or AWS itself */
  readonly endpoint?: string;
  /** @default - the credentials of the environment or profile */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

const ADVICE = 'give the file of "terraform output -json", with the outputs of the module serverless';

/**
 * Reads what `terraform output -json` prints. The outputs of the module may be the root module's own, or together in one
 * output (`output "sumu" { value = module.sumu }`).
 *
 * @throws ToolError when no SUMU, or more than one, is in it
 */
export function targetFromOutputs(text: string): Target {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ToolError(`the outputs are not JSON: ${ADVICE}`);
  }
  const found = outputPlaces(parsed).flatMap((outputs) => readTarget(outputs) ?? []);
  const [target, another] = found;
  if (target === undefined) throw new ToolError(`the outputs have no notifications.queue.arn: ${ADVICE}`);
  if (another !== undefined) throw new ToolError("several outputs are a SUMU's: use --prefix to name one of them");
  return target;
}

function readTarget(outputs: unknown): Target | undefined {
  const arn = member(outputs, ["notifications", "queue", "arn"]);
  if (typeof arn !== "string") return undefined;
  const [, , , region, , name = ""] = arn.split(":");
  const suffix = physicalName("", "integration-notifications");
  if (!name.endsWith(suffix)) return undefined;
  const url = member(outputs, ["websocket_url"]);
  const table = member(outputs, ["connections_table", "name"]);
  return {
    prefix: name.slice(0, -suffix.length),
    region,
    ...(typeof table === "string" && { connectionsTable: table }),
    ...(typeof url === "string" && { websocketUrl: url }),
  };
}
