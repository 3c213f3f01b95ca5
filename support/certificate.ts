import { type KeyObject, sign } from "node:crypto";

const SHA256_WITH = {
  rsa: der(0x30, oid("2a864886f70d01010b"), der(0x05)),
  ec: der(0x30, oid("2a8648ce3d040302")),
} as const;

/**
 * A self-signed X.509 v3 certificate in PEM for 127.0.0.1, one hour old and valid for one more hour, as Firebase
 * publishes for its keys. Node reads certificates but cannot create them, and openssl is not installed everywhere.
 */
export function selfSignedCertificate(keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }): string {
  const algorithm = SHA256_WITH[keys.publicKey.asymmetricKeyType === "ec" ? "ec" : "rsa"];
  const name = der(0x30, der(0x31, der(0x30, oid("550403"), der(0x0c, Buffer.from("issuer")))));
  const subjectAlternativeName = der(0x30, der(0x87, Buffer.from([127, 0, 0, 1])));
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    der(0x30, utcTime(Date.now() - 3_600_000), utcTime(Date.now() + 3_600_000)),
    name,
    keys.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, der(0x30, oid("551d11"), der(0x04, subjectAlternativeName)))),
  );
  const signature = sign("sha256", toBeSigned, keys.privateKey);
  const certificate = der(0x30, toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function utcTime(epochMilliseconds: number): Buffer {
  const digits = new Date(epochMilliseconds).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
