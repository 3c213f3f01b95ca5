import fc from "fast-check";
import { HttpProtocolError } from "../../../handlers/aws/http-head";
import { type HttpResponse, HttpResponseParser } from "../../../handlers/aws/http-response";

/** Feeds the bytes cut at the given places, then ends the connection if there is no answer yet. */
function parse(wire: Buffer, cuts: readonly number[] = []): HttpResponse | undefined {
  const parser = new HttpResponseParser();
  const places = [...new Set(cuts.map((cut) => cut % (wire.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, wire.length]) {
    if (to === from) continue;
    const chunk = Buffer.from(wire.subarray(from, to));
    const response = parser.push(chunk);
    // As a socket does that reads into the same memory again.
    chunk.fill("#");
    from = to;
    if (response !== undefined) return response;
  }
  return parser.end();
}

const text = (response: HttpResponse | undefined) => response?.body.toString("latin1");

const framing = fc.constantFrom("length", "chunked", "close");
const answer = fc.record({
  status: fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
  body: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  chunkBytes: fc.integer({ min: 1, max: 100 }),
  framing,
  interim: fc.boolean(),
  cuts: fc.array(fc.nat(2_000), { maxLength: 12 }),
});

function wireOf(status: number, body: Buffer, kind: string, chunkBytes: number, interim: boolean): Buffer {
  const head = [`HTTP/1.1 ${status} Any Reason`, "X-Amzn-RequestId: r-1", "Date: Tue, 24 Nov 2026 08:00:00 GMT"];
  const parts: Buffer[] = [];
  if (interim) parts.push(Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"));
  if (kind === "length") head.push(`Content-Length: ${body.length}`);
  if (kind === "chunked") head.push("Transfer-Encoding: chunked");
  parts.push(Buffer.from(`${head.join("\r\n")}\r\n\r\n`));
  if (kind !== "chunked") parts.push(body);
  for (let at = 0; kind === "chunked" && at < body.length; at += chunkBytes) {
    const chunk = body.subarray(at, at + chunkBytes);
    parts.push(Buffer.from(`${chunk.length.toString(16)};ext=1\r\n`), chunk, Buffer.from("\r\n"));
  }
  if (kind === "chunked") parts.push(Buffer.from("0\r\nTrailer: x\r\n\r\n"));
  return Buffer.concat(parts);
}

describe("HttpResponseParser", () => {
  it("reads an answer however its bytes are cut and its body is framed", () => {
    fc.assert(
      fc.property(answer, ({ status, body, framing, chunkBytes, interim, cuts }) => {
        const response = parse(wireOf(status, body, framing, chunkBytes, interim), cuts);
        expect(response?.status).toBe(status);
        expect(response?.body.equals(body)).toBe(true);
        expect(response?.header("x-amzn-requestid")).toBe("r-1");
        expect(response?.keepAlive).toBe(framing !== "close");
      }),
      { numRuns: 500 },
    );
  });

  it("never takes a cut-short answer for a whole one", () => {
    fc.assert(
      fc.property(answer, fc.nat(), ({ status, body, chunkBytes, framing, cuts }, at) => {
        fc.pre(framing !== "close");
        const wire = wireOf(status, body, framing, chunkBytes, false);
        const short = wire.subarray(0, 1 + (at % (wire.length - 1)));
        expect(() => parse(short, cuts)).toThrow(HttpProtocolError);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false],
    ["HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false],
    ["HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", true],
    ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", false],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nok\r\n0\r\n\r\n", false],
    ["HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", true],
  ])("tells whether the connection can go on: %j", (wire, keepAlive) => {
    const response = parse(Buffer.from(wire));
    expect([text(response), response?.keepAlive]).toEqual(["ok", keepAlive]);
  });

  it("takes 204 and 304 for answers without a body", () => {
    expect(parse(Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"))).toMatchObject({ status: 204, keepAlive: true });
    expect(parse(Buffer.from("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"))).toMatchObject({ status: 304 });
  });

  it.each([
    "SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na",
    "HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
  ])("rejects what is not an HTTP/1.1 answer: %j", (wire) => {
    expect(() => parse(Buffer.from(wire))).toThrow(HttpProtocolError);
  });

  it("rejects a head without end before it fills the memory", () => {
    const parser = new HttpResponseParser();
    const line = Buffer.from(`HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(1_000)}`);
    expect(() => {
      for (let i = 0; i < 100; i++) parser.push(i === 0 ? line : Buffer.from("x: y\r\n".repeat(1_000)));
    }).toThrow("the answer's head is over 65536 bytes");
  });
});
