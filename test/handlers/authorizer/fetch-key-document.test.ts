import type { IncomingHttpHeaders } from "node:http";
import { inspect } from "node:util";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { fetchKeyDocument, type KeyDocumentLimits } from "../../../handlers/authorizer/fetch-key-document";
import { KeyFetchError } from "../../../handlers/authorizer/key-fetch-error";
import { selfSignedCertificate } from "../../../support/certificate";
import { type KeyServer, type KeyServerScript, startKeyServer } from "../../../support/key-server";
import { createSigningKey } from "../../../support/signing-key";

let server: KeyServer | undefined;

afterEach(async () => {
  await server?.close();
});

async function fetchFrom(script: KeyServerScript, limits?: KeyDocumentLimits) {
  server = await startKeyServer(script);
  return fetchKeyDocument(server.url, limits).catch((error: unknown) => error);
}

describe("fetchKeyDocument", () => {
  it("gets the body and how long it holds", async () => {
    const headers = { "cache-control": "public, max-age=7200", age: "100" };
    expect(await fetchFrom(() => ({ body: '{"keys":["ü"]}', headers }))).toEqual({
      body: '{"keys":["ü"]}',
      lifetimeSeconds: 7_100,
    });
  });

  it("says who it is, and takes nothing that is compressed", async () => {
    let headers: IncomingHttpHeaders = {};
    await fetchFrom(() => (request, response) => {
      headers = request.headers;
      response.end("{}");
    });
    expect(headers).toMatchObject({ "user-agent": "sumu-authorizer", "accept-encoding": "identity" });
  });

  const document = `\uFEFF{"keys":["ü",${" ".repeat(500)}]}`;

  it.each([
    ["gzip", "gzip", gzipSync(document)],
    ["gzip in capitals", "GZIP", gzipSync(document)],
    ["gzip by its old name", "x-gzip", gzipSync(document)],
    ["gzip that no header announces", undefined, gzipSync(document)],
    ["deflate", "deflate", deflateSync(document)],
    ["br", "br", brotliCompressSync(document)],
    ["no compression, in the header's words", "identity", Buffer.from(document)],
  ])(
    "reads a document that comes by %s, although nobody asked, and without its byte order mark",
    async (_, encoding, body) => {
      const headers: Record<string, string> = encoding === undefined ? {} : { "content-encoding": encoding };
      expect(await fetchFrom(() => ({ body, headers }))).toMatchObject({ body: document.slice(1) });
    },
  );

  it("rejects a small answer that unpacks to more than the limit", async () => {
    const body = gzipSync(Buffer.alloc(300_000));
    expect(body.length).toBeLessThan(1_000);
    expect(await fetchFrom(() => ({ body, headers: { "content-encoding": "gzip" } }))).toMatchObject({
      failure: "too_large",
    });
  });

  it.each([
    ["gzip that is cut off", "gzip", gzipSync(document).subarray(0, 40)],
    ["br that is not br", "br", Buffer.from(document)],
  ])("rejects %s", async (_, encoding, body) => {
    expect(await fetchFrom(() => ({ body, headers: { "content-encoding": encoding } }))).toMatchObject({
      failure: "document_invalid",
    });
  });

  it.each([301, 302, 307, 308])("rejects a redirect with status %i, and does not follow it", async (status) => {
    const failure = await fetchFrom(() => ({ status, headers: { location: "/elsewhere" } }));
    expect(failure).toEqual(new KeyFetchError("status", String(status)));
    expect(failure).toMatchObject({ failure: "status", detail: String(status) });
    expect(server?.requests).toBe(1);
  });

  it.each([204, 404, 500, 503])("rejects status %i", async (status) => {
    expect(await fetchFrom(() => ({ status }))).toMatchObject({ failure: "status", detail: String(status) });
  });

  it("takes a document of exactly the limit and rejects a byte more", async () => {
    expect(await fetchFrom(() => ({ body: Buffer.alloc(1_000, " ") }), { maxBytes: 1_000 })).toMatchObject({
      body: " ".repeat(1_000),
    });
    await server?.close();
    expect(await fetchFrom(() => ({ body: Buffer.alloc(1_001) }), { maxBytes: 1_000 })).toMatchObject({
      failure: "too_large",
    });
  });

  it("rejects an endless document at 256 KiB", async () => {
    const failure = await fetchFrom(() => (_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(16_384))) {}
      };
      response.on("drain", more);
      more();
    });
    expect(failure).toMatchObject({ failure: "too_large" });
  });

  it("rejects an answer that does not begin in time", async () => {
    expect(await fetchFrom(() => () => {}, { timeoutMs: 20 })).toMatchObject({ failure: "timeout" });
  });

  it("rejects an answer that begins but does not end in time", async () => {
    const failure = await fetchFrom(() => (_, response) => response.write('{"keys":'), { timeoutMs: 50 });
    expect(failure).toMatchObject({ failure: "timeout" });
  });

  it("rejects a connection that is reset before the answer", async () => {
    expect(await fetchFrom(() => (request) => request.socket.resetAndDestroy())).toMatchObject({
      failure: "unreachable",
      detail: "ECONNRESET",
    });
  });

  it("rejects an answer that is cut off", async () => {
    const failure = await fetchFrom(() => (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    });
    expect(failure).toMatchObject({ failure: "unreachable", detail: "ECONNRESET" });
  });

  it("rejects a port where nobody listens", async () => {
    const { url, close } = await startKeyServer(() => ({}));
    await close();
    await expect(fetchKeyDocument(url)).rejects.toMatchObject({ failure: "unreachable", detail: "ECONNREFUSED" });
  });

  it("rejects a certificate that no authority vouches for", async () => {
    const key = createSigningKey("ES256", "tls");
    const tls = {
      key: key.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      cert: selfSignedCertificate(key),
    };
    server = await startKeyServer(() => ({ body: "{}" }), tls);
    await expect(fetchKeyDocument(server.url)).rejects.toMatchObject({
      failure: "unreachable",
      detail: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(server.requests).toBe(0);
  });

  it("names neither the URL nor the host in its error, as Node's own does", async () => {
    const { url, close } = await startKeyServer(() => ({}));
    await close();
    const failure = await fetchKeyDocument(url).catch((error: unknown) => error);
    expect(inspect(failure)).toContain("KeyFetchError: unreachable");
    expect(inspect(failure)).not.toContain("127.0.0.1");
  });
});
