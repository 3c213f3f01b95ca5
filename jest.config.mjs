import { availableParallelism } from "node:os";

// Plain JavaScript: jest reads TypeScript only with ts-node, or on a Node that strips types.
/** A guard against a test that hangs, wide enough for a busy machine: no test measures time by it. */
export const testTimeout = 60_000;

/**
 * What holds for every test.
 *
 * @type {import("jest").Config}
 */
export const everyTest = {
  testEnvironment: "<rootDir>/test/support/node-environment.ts",
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  transform: {
    "^.+\\.(ts|js|mjs)$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // A test runs in a context of its own, in which each use of a global name is slow. Fake timers replace Date: it stays.
  sandboxInjectedGlobals: ["JSON", "Map", "Math", "Set"],
  // jose ships ES modules only; jest runs CommonJS.
  transformIgnorePatterns: ["/node_modules/(?!jose/)"],
  modulePathIgnorePatterns: [
    "<rootDir>/cdktf.out",
    "<rootDir>/dist",
    "<rootDir>/lib",
    "<rootDir>/backend/typescript/lib",
    "<rootDir>/tool/lib",
    "<rootDir>/client/lib",
    "<rootDir>/.tools",
  ],
  // As the package's users import it.
  moduleNameMapper: {
    "^sumu$": "<rootDir>/src/index.ts",
    "^sumu-backend$": "<rootDir>/backend/typescript/src/index.ts",
    "^sumu-client$": "<rootDir>/client/src/index.ts",
  },
};

/** @type {import("jest").Config} */
const config = {
  // The slowest tests wait for processes and timers: with a worker for each core, a third of the cores' time was idle.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  testSequencer: "<rootDir>/test/support/slowest-first.mjs",
  testTimeout,
  projects: [
    {
      ...everyTest,
      testMatch: ["<rootDir>/test/**/*.test.ts", "!**/*.quiet.test.ts"],
    },
    {
      // These tests measure time, so jest runs them one by one, and nothing beside them.
      ...everyTest,
      testMatch: ["<rootDir>/test/**/*.quiet.test.ts"],
      runner: "<rootDir>/test/support/quiet-runner.ts",
    },
  ],
};

export default config;
