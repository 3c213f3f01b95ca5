import { execFileSync } from "node:child_process";
import { everyTest, testTimeout } from "./jest.config.mjs";

const modules = execFileSync(process.execPath, ["--import", "tsx", "scripts/cdktn.ts"], { encoding: "utf8" }).trim();

/**
 * The tests of the constructs and of what they synthesize, on cdktn: whoever asks for cdktf gets it, the bindings as well.
 *
 * @type {import("jest").Config}
 */
const config = {
  ...everyTest,
  testTimeout,
  testMatch: [
    "sumu.test.ts",
    "releases/delivery.test.ts",
    "{domain,gateway,integration,observability,inputs}/*.test.ts",
    "module/{freshness,policies}.test.ts",
    "package/cdktn.lane.ts",
  ].map((tests) => `<rootDir>/test/${tests}`),
  moduleNameMapper: {
    ...everyTest.moduleNameMapper,
    "^(cdktf|constructs|@cdktf/provider-(?:archive|aws))(/.*)?$": `${modules}/$1$2`,
  },
};

export default config;
