import { buildHandlers } from "../../scripts/build-handlers";

/** Packs the handlers once for the whole run: constructs and bundles are tested against the bytes that would ship. */
export default async function globalSetup(): Promise<void> {
  await buildHandlers();
}
