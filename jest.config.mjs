// Plain JavaScript: jest reads TypeScript only with ts-node, or on a Node that strips types.
/** @type {import("jest").Config} */
const config = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  // Most tests wait for processes of their own: a worker for each core keeps the cores busy.
  maxWorkers: "100%",
  // A guard against a test that hangs, wide enough for a busy machine: no test measures time by it.
  testTimeout: 60_000,
  transform: {
    "^.+\\.(ts|js|mjs)$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // jose ships ES modules only; jest runs CommonJS.
  transformIgnorePatterns: ["/node_modules/(?!jose/)"],
  modulePathIgnorePatterns: [
    "<rootDir>/cdktf.out",
    "<rootDir>/dist",
    "<rootDir>/lib",
    "<rootDir>/backend/typescript/lib",
    "<rootDir>/.tools",
  ],
  // As the package's users import it.
  moduleNameMapper: {
    "^sumu$": "<rootDir>/src/index.ts",
    "^sumu-backend$": "<rootDir>/backend/typescript/src/index.ts",
  },
};

export default config;
