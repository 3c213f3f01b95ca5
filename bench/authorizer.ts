import { fork } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { buildHandlers } from "../scripts/build-handlers";
import { ensureNode24 } from "../scripts/node24";
import { selfSignedCertificate } from "../support/certificate";
import { API_STAGE, connectEvent } from "../support/connect-event";
import { startKeyServer } from "../support/key-server";
import { createSigningKey, type SigningKey, signToken, unsignedToken } from "../support/signing-key";
import type { BenchSession } from "./session";
import { type BenchRow, median } from "./table";

const RUNS = 5;
const WARM_CALLS = 3_000;
const BUNDLE_BYTES_BOUND = 120_000;

/**
 * The program of a measured process. It finds the bundle and its input in `process.argv` and sends CPU microseconds.
 */
const PROGRAMS = {
  bare: `done();`,
  import: `await import(process.argv[2]); done();`,
  cold: `const { handler } = await import(process.argv[2]); await handler(JSON.parse(process.argv[3])); done();`,
  warm: `
    const { handler } = await import(process.argv[2]);
    const event = JSON.parse(process.argv[3]);
    await measure(() => handler(event));`,
  // The least CPU that any verification with WebCrypto needs.
  floor: `
    const { jwk, importAs, verifyAs, signature, input } = JSON.parse(process.argv[3]);
    const key = await crypto.subtle.importKey("jwk", jwk, importAs, false, ["verify"]);
    const bytes = [signature, input].map((text) => Buffer.from(text, "base64url"));
    await measure(() => crypto.subtle.verify(verifyAs, key, ...bytes));`,
} as const;

const PRELUDE = `
  const done = (calls = 1, before) => {
    const { user, system } = process.cpuUsage(before);
    process.send((user + system) / calls, () => process.exit());
  };
  const measure = async (call) => {
    for (let i = 0; i < 500; i++) await call();
    const before = process.cpuUsage();
    for (let i = 0; i < ${WARM_CALLS}; i++) await call();
    done(${WARM_CALLS}, before);
  };
`;

/**
 * The authorizer's bundle as Lambda runs it: CPU of a start up to the first decision (keys over TLS from a local issuer),
 * and of each decision after that, its log line included. Medians of 5 processes each.
 */
export async function benchAuthorizer(session: BenchSession): Promise<BenchRow[]> {
  const rsa = createSigningKey("RS256", "rsa-1");
  const ec = createSigningKey("ES256", "ec-1");
  const wanted = specs(rsa, ec).filter(({ section, name }) => session.wants(section, name));
  const isSizeWanted = session.wants(BUNDLE, "minified");
  if (wanted.length === 0 && !isSizeWanted) return [];
  const folder = await mkdtemp(path.join(tmpdir(), "sumu-bench-"));
  const outDir = path.join(folder, "handlers");
  const tlsKey = createSigningKey("ES256", "tls");
  const cert = selfSignedCertificate(tlsKey);
  const key = tlsKey.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const jwks = JSON.stringify({ keys: [rsa.publicJwk, ec.publicJwk] });
  const issuer = await startKeyServer(() => ({ body: jwks }), { key, cert });
  try {
    await Promise.all([buildHandlers(outDir), writeFile(path.join(folder, "ca.pem"), cert)]);
    const bundle = path.join(outDir, "authorizer", "index.mjs");
    const environment = {
      NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem"),
      AUTHORIZED_APIS: API_STAGE,
      JWT_ISSUER_JWKS_URI: issuer.url.href,
      JWT_AUTHORIZED_AUDIENCES: "app",
    };
    const measure = await createMeasure(folder, pathToFileURL(bundle).href, environment);
    const rows: BenchRow[] = [];
    for (const { section, name, program, input, unit } of wanted) {
      session.progress(`authorizer: ${name}`);
      rows.push({ section, name, cpuMicroseconds: await measure(program, input), unit });
    }
    return isSizeWanted ? [...rows, await sizeRow(bundle)] : rows;
  } finally {
    await issuer.close();
    await rm(folder, { recursive: true });
  }
}

type Measure = (program: keyof typeof PROGRAMS, input?: unknown) => Promise<number>;

async function createMeasure(
  folder: string,
  bundleUrl: string,
  environment: Readonly<Record<string, string>>,
): Promise<Measure> {
  const execPath = await ensureNode24();
  return async (program, input = null) => {
    const script = path.join(folder, `${program}.mjs`);
    await writeFile(script, PRELUDE + PROGRAMS[program]);
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      figures.push(await cpuMicrosecondsOf(execPath, [script, bundleUrl, JSON.stringify(input)], environment));
    }
    return median(figures);
  };
}

function cpuMicrosecondsOf(
  execPath: string,
  [script = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(script, args, { execPath, execArgv: [], env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.once("message", (figure) => resolve(Number(figure)));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${path.basename(script)} ended with exit code ${code}`)));
  });
}

interface Spec {
  readonly section: string;
  readonly name: string;
  readonly program: keyof typeof PROGRAMS;
  readonly input: unknown;
  readonly unit: "start" | "call";
}

const COLD = "authorizer, cold";
const WARM = "authorizer, warm";
const BUNDLE = "authorizer, bundle";

function specs(rsa: SigningKey, ec: SigningKey): readonly Spec[] {
  const cold = { section: COLD, input: connectEvent(signedFor(rsa)), unit: "start" } as const;
  const warm = { section: WARM, program: "warm", unit: "call" } as const;
  const floor = { section: WARM, program: "floor", unit: "call" } as const;
  const pkcs1 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const ecdsa = { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" };
  return [
    { ...cold, name: "node alone", program: "bare" },
    { ...cold, name: "and the bundle's import", program: "import" },
    { ...cold, name: "and the first decision, keys over TLS", program: "cold" },
    { ...floor, name: "RS256, signature alone", input: floorInput(rsa, pkcs1) },
    { ...warm, name: "RS256, allowed", input: connectEvent(signedFor(rsa)) },
    { ...floor, name: "ES256, signature alone", input: floorInput(ec, ecdsa) },
    { ...warm, name: "ES256, allowed", input: connectEvent(signedFor(ec)) },
    { ...warm, name: "unsigned, denied", input: connectEvent(unsignedToken(CLAIMS)) },
  ];
}

async function sizeRow(bundle: string): Promise<BenchRow> {
  const { size: bytes } = await stat(bundle);
  return {
    section: BUNDLE,
    name: "minified",
    bytes,
    bound: { text: "120 KB", holds: bytes < BUNDLE_BYTES_BOUND, measured: `${(bytes / 1_000).toFixed(1)} KB` },
  };
}

const CLAIMS = {
  iss: "https://issuer.example/",
  sub: "auth0|5f7c8ec7c33c6c004bbafe82",
  aud: ["app", "https://issuer.example/userinfo"],
  exp: Math.floor(Date.now() / 1_000) + 3_600,
  scope: "openid profile email",
};

function signedFor(key: SigningKey): string {
  return signToken(key, CLAIMS);
}

function floorInput(key: SigningKey, algorithm: Readonly<Record<string, string>>): unknown {
  const [header, payload, signature] = signedFor(key).split(".");
  const input = Buffer.from(`${header}.${payload}`).toString("base64url");
  return { jwk: key.publicJwk, importAs: algorithm, verifyAs: algorithm, signature, input };
}
