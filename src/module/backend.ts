import { LocalBackend, S3Backend, type S3BackendConfig, type TerraformStack } from "cdktf";

/** The context key in cdktf.json with which a deployment sets where its state is. */
const BACKEND_CONTEXT_KEY = "backend";

/**
 * Relative to cdktf.out/stacks/<name>, where Terraform runs. The state is beside cdktf.json, so it stays when cdktf.out
 * is deleted.
 */
const LOCAL_STATE = "../../../terraform";

/**
 * Chooses the backend from cdktf.json's context: `"backend": { "s3": { "bucket": …, "key": …, "region": … } }`, or local
 * without it.
 *
 * @throws Error when the context names a backend other than `local` and `s3`.
 */
export function chooseBackend(stack: TerraformStack): void {
  const chosen: unknown = stack.node.tryGetContext(BACKEND_CONTEXT_KEY) ?? { local: {} };
  const [kind, settings] = single(chosen);
  if (kind === "local") {
    const { path } = settings as { path?: string };
    new LocalBackend(stack, { path: path ?? `${LOCAL_STATE}.${stack.node.id}.tfstate` });
  } else if (kind === "s3") {
    new S3Backend(stack, settings as unknown as S3BackendConfig);
  } else {
    throw refused();
  }
}

function single(chosen: unknown): [string, Record<string, unknown>] {
  const entries = typeof chosen === "object" && chosen !== null ? Object.entries(chosen) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length > 1 || typeof entry[1] !== "object") {
    throw refused();
  }
  return entry;
}

function refused(): Error {
  return new Error(
    'cdktf.json: context.backend must be { "local": { … } } or { "s3": { "bucket", "key", "region", … } }.',
  );
}
