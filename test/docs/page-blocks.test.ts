import { readdirSync } from "node:fs";
import path from "node:path";
import { complaints } from "../support/compile-texts";
import { blocksOf, fileOf, type Prelude } from "../support/page-blocks";
import { repositoryRoot } from "../support/terraform";

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

describe("the code of the docs", () => {
  it("is on pages whose code a test compiles", () => {
    const docs = readdirSync(path.join(repositoryRoot, "docs")).filter((name) => name.endsWith(".md"));
    const pages = ["README.md", "client/README.md", ...docs.map((name) => `docs/${name}`)];
    const withCode = pages.filter((page) => blocksOf(page, ["ts", "tsx"]).length > 0);
    const compiled = [...PAGES.map(([page]) => page), "docs/backend.md"];
    expect(withCode.filter((page) => !compiled.includes(page))).toEqual([]);
  });

  it("compiles, and would not with a name that the client library does not have", () => {
    const counts: Record<string, number> = {};
    const files: Record<string, string> = { "packages.d.ts": PACKAGES };
    for (const [page, , languages, prelude] of PAGES) {
      const blocks = blocksOf(page, languages);
      counts[page] = blocks.length;
      for (const { text, line } of blocks) {
        const block = text.includes("new Sumu(this,") ? inAStack(text) : text;
        files[`${page.replaceAll("/", ".")}-${line}.tsx`] = fileOf(block, prelude);
      }
    }
    files["wrong.tsx"] = fileOf('sumu.on("news", () => {});', CLIENT);
    const { "wrong.tsx": wrong, ...found } = complaints(__dirname, files);
    expect(PAGES.filter(([page, least]) => (counts[page] ?? 0) < least).map(([page]) => page)).toEqual([]);
    expect(wrong).toEqual([expect.stringContaining('"news"')]);
    expect(Object.entries(found).filter(([, messages]) => messages.length > 0)).toEqual([]);
  });
});
