import { randomBytes } from "node:crypto";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { HttpPool } from "../../../handlers/aws/http-pool";
import { selfSignedCertificate } from "../../../support/certificate";
import { createSigningKey } from "../../../support/signing-key";

const keys = createSigningKey("ES256", "tls");
const cert = selfSignedCertificate(keys);
const key = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();

describe("HttpPool over TLS", () => {
  let server: https.Server;
  let pool: HttpPool;

  afterEach(async () => {
    pool.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function open(listener: Parameters<typeof https.createServer>[1], maxConnections: number): Promise<void> {
    server = https.createServer({ key, cert }, listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    pool = new HttpPool({ endpoint: `https://127.0.0.1:${port}`, maxConnections, ca: cert });
  }

  const request = (path: string) =>
    pool.request({ method: "POST", path, headers: "host: localhost\r\n", timeoutMs: 10_000 });

  // All connections read into the same memory.
  it("keeps answers apart that arrive side by side, in many pieces, framed either way", async () => {
    const bodies = Array.from({ length: 40 }, (_, index) => randomBytes(1 + index * 9_001));
    await open((incoming, outgoing) => {
      const index = Number(incoming.url?.slice(1));
      const body = bodies[index] ?? Buffer.alloc(0);
      if (index % 2 === 0) outgoing.setHeader("content-length", body.length);
      for (let at = 0; at < body.length; at += 5_000) outgoing.write(body.subarray(at, at + 5_000));
      outgoing.end();
    }, 8);
    const answers = await Promise.all(bodies.map((_, index) => request(`/${index}`)));
    expect(answers.map(({ body }, index) => body.equals(bodies[index] ?? body))).toEqual(bodies.map(() => true));
  });

  it("reports a server that it cannot trust as unreachable, before anything is sent", async () => {
    await open((_, outgoing) => outgoing.end(), 1);
    const { port } = server.address() as AddressInfo;
    const distrustful = new HttpPool({ endpoint: `https://127.0.0.1:${port}`, maxConnections: 1 });
    const attempt = distrustful.request({ method: "POST", path: "/", headers: "", timeoutMs: 10_000 });
    await expect(attempt).rejects.toMatchObject({
      failure: "connect",
      message: expect.stringContaining("SELF_SIGNED_CERT"),
    });
    distrustful.close();
  });
});
