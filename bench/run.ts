import { benchAuthorizer } from "./authorizer";
import { benchBundles } from "./bundles";
import { benchColdStart } from "./cold-start";
import { benchDelivery } from "./delivery";
import { openLaboratory } from "./laboratory";
import { benchLocal } from "./local";
import { type BenchRow, formatTable } from "./table";

/** Every measurement of the bench, in the order of the table. Another one registers here. */
async function measureAll(): Promise<BenchRow[]> {
  const laboratory = await openLaboratory();
  try {
    return [
      ...(await benchDelivery(laboratory)),
      ...(await benchColdStart(laboratory)),
      ...(await benchBundles(laboratory)),
      ...(await benchAuthorizer()),
      ...(await benchLocal()),
    ];
  } finally {
    await laboratory.close();
  }
}

measureAll().then(
  (rows) => {
    console.log(formatTable(rows));
    // A figure over its bound fails the run, so that a regression is noticed.
    if (rows.some(({ bound }) => bound?.holds === false)) process.exitCode = 1;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
