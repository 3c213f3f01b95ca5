import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { selfSignedCertificate } from "../../../support/certificate";
import { API_STAGE, connectEvent } from "../../../support/connect-event";
import { type KeyServer, startKeyServer } from "../../../support/key-server";
import { createSigningKey, signToken } from "../../../support/signing-key";

const BUNDLE = path.resolve(__dirname, "../../../dist/handlers/authorizer/index.mjs");

const INVOKE = `
  try {
    const { handler } = await import(process.argv[1]);
    console.log(JSON.stringify(await handler(JSON.parse(process.argv[2]))));
  } catch (error) {
    console.error(error.name + ": " + error.message);
    process.exitCode = 1;
  }
`;

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Imports the bundle in a process of its own, as Lambda does, and hands it one event. */
function invokeBundle(environment: Readonly<Record<string, string>>, event: unknown): Promise<Run> {
  const args = ["--input-type=module", "-e", INVOKE, pathToFileURL(BUNDLE).href, JSON.stringify(event)];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env: environment }, (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

describe("authorizer bundle", () => {
  const tlsKey = createSigningKey("ES256", "tls");
  const signingKey = createSigningKey("RS256", "rsa-1");
  const token = signToken(signingKey, { sub: "user-1", exp: Math.floor(Date.now() / 1_000) + 60 });
  let server: KeyServer;
  let folder: string;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const cert = selfSignedCertificate(tlsKey);
    server = await startKeyServer(() => ({ body: JSON.stringify({ keys: [signingKey.publicJwk] }) }), {
      key: tlsKey.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      cert,
    });
    folder = await mkdtemp(path.join(tmpdir(), "sumu-authorizer-"));
    await writeFile(path.join(folder, "ca.pem"), cert);
    environment = {
      NODE_EXTRA_CA_CERTS: path.join(folder, "ca.pem"),
      AUTHORIZED_APIS: API_STAGE,
      JWT_ISSUER_JWKS_URI: server.url.href,
    };
  });

  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it("is under 120 KB", async () => {
    expect((await stat(BUNDLE)).size).toBeLessThan(120_000);
  });

  it("decides by keys that it fetches over TLS", async () => {
    const { exitCode, stdout, stderr } = await invokeBundle(environment, connectEvent(token));
    const [log, result] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(log).toMatchObject({ code: "authorization_decided", decision: "allow" });
    expect(result).toMatchObject({ principalId: "user-1" });
    expect(stdout).not.toContain(token.slice(0, 16));
  });

  it("rejects a wrong environment at its start, by one error that names the variable", async () => {
    const { exitCode, stdout, stderr } = await invokeBundle(
      { ...environment, JWT_VERIFY_EXPIRATION: "maybe" },
      connectEvent(token),
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toBe("Error: JWT_VERIFY_EXPIRATION must be true or false\n");
  });

  it("fails with one code when the issuer cannot be reached", async () => {
    const closed = await startKeyServer(() => ({}));
    await closed.close();
    const { exitCode, stderr } = await invokeBundle(
      { ...environment, JWT_ISSUER_JWKS_URI: closed.url.href },
      connectEvent(token),
    );
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: "IssuerKeysUnavailableError: issuer_keys_unavailable\n",
    });
  });
});
