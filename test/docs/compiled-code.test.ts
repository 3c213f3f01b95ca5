import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { complaints } from "../support/compile-texts";
import { blocksOf, fileOf, type Prelude } from "../support/page-blocks";
import { repositoryRoot } from "../support/terraform";
import { examplesIn, inMethods, tsdocExamples } from "../support/tsdoc-examples";

jest.setTimeout(120_000);

/** What the pages leave to the reader's application. */
const APPLICATION: Prelude = [
  ["SumuClient", 'import { SumuClient } from "sumu-client";'],
  ["TokenReason", 'import type { TokenReason } from "sumu-client";'],
  ["url", "declare const url: string;"],
  ["token", "declare const token: (why: string) => Promise<string | undefined>;"],
  ["getToken", "declare const getToken: (why: string) => Promise<string>;"],
  ["getServiceToken", "declare const getServiceToken: () => Promise<string>;"],
  ["userId", "declare const userId: string;"],
  ["auth", "declare const auth: { getToken(options: { isForced: boolean }): Promise<string> };"],
  ["domain", "declare const domain: string;"],
  ["clientId", "declare const clientId: string;"],
  ["render", "declare const render: (data: unknown) => void;"],
  ["refetch", "declare const refetch: () => void;"],
  ["loadFromYourBackend", "declare const loadFromYourBackend: () => void;"],
  ["showState", "declare const showState: (state: string, why: string | undefined) => void;"],
  ["showOrder", "declare const showOrder: (order: number) => void;"],
  ["show", "declare const show: (from: string | undefined, data: unknown) => void;"],
  ["say", "declare const say: (text: string) => void;"],
  ["Order", "interface Order { readonly number: number }"],
  ["List", "declare function List(props: { readonly orders: readonly Order[] }): null;"],
  ["Offline", "declare function Offline(): null;"],
  [
    "Posts",
    "declare function Posts(props: { readonly texts: readonly string[]; readonly onPost: (text: string) => void }): null;",
  ],
];

const CLIENT: Prelude = [["sumu", 'declare const sumu: import("sumu-client").SumuClient;'], ...APPLICATION];

const CDKTF: Prelude = [
  ["sumu", 'declare const sumu: import("sumu").Sumu;'],
  ["backendRole", 'declare const backendRole: import("@cdktf/provider-aws/lib/iam-role").IamRole;'],
  ["workerRole", 'declare const workerRole: import("@cdktf/provider-aws/lib/iam-role").IamRole;'],
  ["onCallRole", 'declare const onCallRole: import("@cdktf/provider-aws/lib/iam-role").IamRole;'],
  ["worker", 'declare const worker: import("@cdktf/provider-aws/lib/lambda-function").LambdaFunction;'],
];

/** What docs/backend.md has introduced, or leaves to the reader. */
const BACKEND: Prelude = [
  [
    "ApiGatewayManagementApiClient",
    'import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";',
  ],
  ["DynamoDBClient", 'import { DynamoDBClient } from "@aws-sdk/client-dynamodb";'],
  ["SQSClient", 'import { SQSClient } from "@aws-sdk/client-sqs";'],
  ["SumuBackend", 'import { SumuBackend } from "sumu-backend";'],
  ["orders", "declare const orders: { readonly user: string; readonly number: number }[];"],
  ["pieces", "declare const pieces: AsyncIterable<string>;"],
  ["save", "declare const save: (userId: string, value: unknown) => Promise<void>;"],
  ["sumu", 'declare const sumu: import("sumu-backend").SumuBackend;'],
];

/** What is used of packages that this repository does not install. */
const PACKAGES = `
declare module "aws-amplify/auth" {
  export function fetchAuthSession(options?: { forceRefresh?: boolean }): Promise<{
    tokens?: { accessToken: { toString(): string } };
  }>;
}
declare module "@auth0/auth0-spa-js" {
  export function createAuth0Client(options: {
    domain: string;
    clientId: string;
    authorizationParams?: { audience?: string };
  }): Promise<{
    isAuthenticated(): Promise<boolean>;
    getTokenSilently(options?: { cacheMode?: "on" | "off" | "cache-only" }): Promise<string>;
  }>;
}
declare module "firebase/auth" {
  export function getAuth(): {
    authStateReady(): Promise<void>;
    currentUser: { getIdToken(forceRefresh?: boolean): Promise<string> } | null;
  };
}
declare module "react-native" {
  export const AppState: { addEventListener(type: "change", listener: (state: string) => void): void };
}
declare module "@react-native-async-storage/async-storage" {
  const AsyncStorage: { getItem(key: string): Promise<string | null>; setItem(key: string, text: string): Promise<void> };
  export default AsyncStorage;
}
`;

const README: Prelude = [
  ["websocketUrl", "declare const websocketUrl: string;"],
  ["token", "declare const token: string;"],
  ...CDKTF.filter(([name]) => name !== "sumu"),
];

/** The pages with TypeScript, how many blocks each has at least, and what the blocks may use. */
const PAGES: readonly (readonly [page: string, blocks: number, languages: readonly string[], prelude: Prelude])[] = [
  ["README.md", 3, ["ts", "js"], README],
  ["docs/client-library.md", 11, ["ts", "tsx", "js"], CLIENT],
  ["client/README.md", 1, ["ts"], CLIENT],
  ["docs/backend.md", 6, ["ts"], BACKEND],
  ["docs/channels.md", 1, ["ts"], CLIENT],
  ["docs/how-to.md", 1, ["ts"], CLIENT],
  ["docs/identity-providers.md", 3, ["ts"], CLIENT],
  ["docs/operator-tool.md", 1, ["ts"], CDKTF],
];

/** The body of a block that makes constructs is in a stack, since it says `this`. */
function inAStack(block: string): string {
  const [imports = "", ...body] = block.split("\n\n");
  const stack = `export class Stack extends TerraformStack {\n  make(): void {\n${body.join("\n\n")}\n  }\n}`;
  return `import { TerraformStack } from "cdktf";\n${imports}\n${stack}`;
}

/** The blocks of a page as files, by their names. */
function filesOf([page, , languages, prelude]: (typeof PAGES)[number]): Record<string, string> {
  return Object.fromEntries(
    blocksOf(page, languages).map(({ text, line }) => {
      const block = text.includes("new Sumu(this,") ? inAStack(text) : text;
      return [`${page.replaceAll("/", ".")}-${line}.tsx`, fileOf(block, prelude)];
    }),
  );
}

/** What does not compile, each with the message about it. */
const WRONG: readonly (readonly [title: string, text: string, message: string])[] = [
  [
    "an event that the client library does not have",
    fileOf('sumu.on("news", () => {});', CLIENT),
    `Argument of type '"news"' is not assignable to parameter of type`,
  ],
  [
    "a method that the backend library does not have",
    fileOf('await sumu.notifyNobody("alice");', BACKEND),
    "'notifyNobody' does not exist",
  ],
  [
    "a name that the API does not have",
    inMethods(["sumu.notifications.queue.href;"]),
    "Property 'href' does not exist on type 'Queue'.",
  ],
];

describe("the code of the docs", () => {
  /** All in one program: to read the declarations takes nearly all of the time. */
  let found: Record<string, string[]>;
  beforeAll(() => {
    found = complaints(__dirname, {
      "packages.d.ts": PACKAGES,
      "examples.ts": inMethods(tsdocExamples()),
      ...Object.fromEntries(WRONG.map(([, text], index) => [`wrong-${index}.tsx`, text])),
      ...Object.assign({}, ...PAGES.map(filesOf)),
    });
  });

  it("is on pages whose code a test compiles", () => {
    const docs = readdirSync(path.join(repositoryRoot, "docs")).filter((name) => name.endsWith(".md"));
    const pages = ["README.md", "client/README.md", ...docs.map((name) => `docs/${name}`)];
    const withCode = pages.filter((page) => blocksOf(page, ["ts", "tsx"]).length > 0);
    const compiled = PAGES.map(([page]) => page);
    expect(withCode.filter((page) => !compiled.includes(page))).toEqual([]);
  });

  it.each(PAGES)("compiles: %s", (...page) => {
    const [, least] = page;
    const files = Object.keys(filesOf(page));
    expect(files.length).toBeGreaterThanOrEqual(least);
    expect(Object.fromEntries(files.map((file) => [file, found[file]]))).toEqual(
      Object.fromEntries(files.map((file) => [file, []])),
    );
  });

  it("compiles in the comments of the API, which show each method of Sumu", () => {
    const source = readFileSync(path.join(repositoryRoot, "src", "sumu.ts"), "utf8");
    const methods = [...source.matchAll(/^ {2}(grant[A-Z]\w+|invokeFrom\w+)\(/gm)].map(([, name = ""]) => name);
    const shown = examplesIn(source).join("\n");
    expect(methods.length).toBeGreaterThan(0);
    expect(methods.filter((name) => !shown.includes(`sumu.${name}(`))).toEqual([]);
    expect(found["examples.ts"]).toEqual([]);
  });

  it("declares packages that are not installed in a way that compiles", () => {
    expect(found["packages.d.ts"]).toEqual([]);
  });

  it.each(WRONG)("would not compile with %s", (_title, text, message) => {
    const index = WRONG.findIndex(([, wrong]) => wrong === text);
    expect(found[`wrong-${index}.tsx`]).toEqual([expect.stringContaining(message)]);
  });
});
