import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { EMPTY_PAYLOAD_HASH, RequestSigner, sha256Hex, uriEncode } from "../../../handlers/aws/signature";

const word = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/);
const pathSegment = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }).map(uriEncode),
  fc.constantFrom("@connections", "a%20b", "abc=", "abc%3D", ".", "..", "", "!'()*", "~_-."),
);
const path = fc.array(pathSegment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`);
const headerValue = fc.stringMatching(/^[!-~][ -~]{0,20}$/);
const credentials = fc.record(
  { accessKeyId: word, secretAccessKey: word, sessionToken: fc.stringMatching(/^[A-Za-z0-9+/=]{1,80}$/) },
  { requiredKeys: ["accessKeyId", "secretAccessKey"] },
);
const date = fc.date({ min: new Date("2015-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
const request = fc.record({
  method: fc.constantFrom("GET", "POST", "DELETE", "PUT"),
  path,
  body: fc.string({ unit: "grapheme", maxLength: 200 }),
  extra: fc.dictionary(fc.stringMatching(/^x-[a-z][a-z-]{0,12}[a-z]$/), headerValue, {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  credentials,
  region: fc.constantFrom("eu-west-1", "us-east-1", "cn-north-1"),
  service: fc.constantFrom("execute-api", "dynamodb", "sqs", "sns"),
  now: date,
  earlier: date,
});

/** The lines as a record, each of them proven to be a whole line. */
function headersOf(lines: string): Record<string, string> {
  expect(lines.endsWith("\r\n")).toBe(true);
  return Object.fromEntries(
    lines
      .slice(0, -2)
      .split("\r\n")
      .map((line) => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
  );
}

const CREDENTIALS = { accessKeyId: "AKID", secretAccessKey: "secret" };
const SCOPE = { credentials: CREDENTIALS, region: "eu-west-1", service: "execute-api" };

describe("RequestSigner", () => {
  it("signs any request as the SDK's signer does", async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, body, extra, credentials, region, service, now, earlier }) => {
        const headers = { host: "api.example.com", "content-type": "application/json", ...extra };
        const signer = new RequestSigner(method, headers, { credentials, region, service });
        // One signer signs for many paths and days: nothing of another request may be left in it.
        signer.sign("/another", EMPTY_PAYLOAD_HASH, earlier.getTime());
        const ours = headersOf(signer.sign(path, sha256Hex(body), now.getTime()));
        const theirs = await new SignatureV4({
          credentials,
          region,
          service,
          sha256: Sha256,
          applyChecksum: false,
        }).sign(
          { method, path, headers, body, protocol: "https:", hostname: "api.example.com", query: {} },
          { signingDate: now },
        );
        expect(ours).toEqual({ ...headers, ...theirs.headers });
      }),
      { numRuns: 300 },
    );
  });

  it("encodes the path of a connection twice, as @connections requires", () => {
    const signer = new RequestSigner("POST", { host: "api.example.com" }, SCOPE);
    const sign = (path: string) =>
      headersOf(signer.sign(path, EMPTY_PAYLOAD_HASH, Date.UTC(2026, 0, 2, 3, 4, 5))).authorization;
    // The expected signature was computed once with @smithy/signature-v4 5.7.5.
    expect(sign("/live/@connections/L0SM9cOFvHcCIhw%3D")).toBe(
      "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=033625498ce0ae34ded2d9e3371f93d824289c24259a3dc5f949fddcc4217496",
    );
  });

  it.each([
    [{ host: "a\r\nx: y" }, CREDENTIALS, "the header host must be printable ASCII"],
    [
      { host: "a" },
      { ...CREDENTIALS, sessionToken: "a\nb" },
      "the header x-amz-security-token must be printable ASCII",
    ],
    [{ host: "a" }, { ...CREDENTIALS, accessKeyId: "a\nb" }, "the access key id must be printable ASCII"],
  ])("rejects what would smuggle a header: %j, %j", (headers, credentials, message) => {
    expect(() => new RequestSigner("POST", headers, { ...SCOPE, credentials })).toThrow(new TypeError(message));
  });

  it("knows the hash of an empty body", () => {
    expect(sha256Hex("")).toBe(EMPTY_PAYLOAD_HASH);
    expect(sha256Hex(Buffer.alloc(0))).toBe(EMPTY_PAYLOAD_HASH);
  });
});
