import { existsSync } from "node:fs";
import path from "node:path";
import { describeDenial, SOURCES_FOR_SERVICES, SOURCES_OF_ROLES } from "../../local/enforcement/describe-denial";

const denied = { kind: "denied", resource: "arn:q", sid: "", explicit: false } as const;

it.each([
  ["shop-sumu-run-presence", "add sns:Publish to a statement in src/presence/presence-watchdog.ts."],
  ["shop-sumu", "add sns:Publish to a statement in src/gateway/routes.ts."],
])("a denial of the role %s names the file of its statements", (principal, advice) => {
  expect(describeDenial({ ...denied, principal, action: "sns:Publish" })).toBe(
    `AccessDenied: ${principal} may not call sns:Publish on arn:q. No statement of the role allows it: ${advice}`,
  );
});

it("a denial of a service names what would have to allow it", () => {
  expect(describeDenial({ ...denied, principal: "lambda.amazonaws.com", action: "sts:AssumeRole" })).toBe(
    "AccessDenied: lambda.amazonaws.com may not call sts:AssumeRole on arn:q. No statement allows it: " +
      "add the trust policy of the role, in src/aws/service-role.ts.",
  );
});

it("an explicit deny names its statement", () => {
  const decision = {
    ...denied,
    principal: "shop-sumu",
    action: "sqs:SendMessage",
    sid: "RefuseWithoutTls",
    explicit: true,
  };
  expect(describeDenial(decision)).toBe(
    "AccessDenied: shop-sumu may not call sqs:SendMessage on arn:q. The statement RefuseWithoutTls denies it.",
  );
});

it("every file that a denial names exists", () => {
  const texts = [...SOURCES_OF_ROLES.map(([, file]) => file), ...Object.values(SOURCES_FOR_SERVICES)];
  const files = texts.flatMap((text) => text.match(/src\/[\w/-]+\.ts/g) ?? []);
  expect(files.length).toBeGreaterThanOrEqual(8);
  expect(files.filter((file) => !existsSync(path.join(__dirname, "../..", file)))).toEqual([]);
});
