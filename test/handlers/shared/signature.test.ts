import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { EMPTY_PAYLOAD_HASH, sha256Hex, signRequest, uriEncode } from "../../../handlers/shared/signature";

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
  now: fc.date({ min: new Date("2015-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
});

describe("signRequest", () => {
  it("signs any request as the SDK's signer does", async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, body, extra, credentials, region, service, now }) => {
        const headers = { host: "api.example.com", "content-type": "application/json", ...extra };
        const ours = signRequest(
          { method, path, headers, payloadHash: sha256Hex(body) },
          { credentials, region, service, now: now.getTime() },
        );
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
    const sign = (path: string) =>
      signRequest(
        { method: "POST", path, headers: { host: "api.example.com" }, payloadHash: EMPTY_PAYLOAD_HASH },
        {
          credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
          region: "eu-west-1",
          service: "execute-api",
          now: Date.UTC(2026, 0, 2, 3, 4, 5),
        },
      ).authorization;
    // The expected signature was computed once with @smithy/signature-v4 5.7.5.
    expect(sign("/live/@connections/L0SM9cOFvHcCIhw%3D")).toBe(
      "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=033625498ce0ae34ded2d9e3371f93d824289c24259a3dc5f949fddcc4217496",
    );
  });

  it("knows the hash of an empty body", () => {
    expect(sha256Hex("")).toBe(EMPTY_PAYLOAD_HASH);
    expect(sha256Hex(Buffer.alloc(0))).toBe(EMPTY_PAYLOAD_HASH);
  });
});
