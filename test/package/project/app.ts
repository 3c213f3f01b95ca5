/**
 * The app of someone who installed the package. The test compiles this one source as an ES module and as CommonJS, and
 * runs both.
 */
import { ArchiveProvider } from "@cdktf/provider-archive/lib/provider/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { App, TerraformStack } from "cdktf";
import { CustomDomain, MESSAGE_SOURCES, type NotificationRequest, Sumu, type SumuProps } from "sumu";

const app = new App({ outdir: process.env.OUTDIR });
const stack = new TerraformStack(app, "realtime");
new AwsProvider(stack, "aws", { region: "eu-west-1" });
new ArchiveProvider(stack, "archive");

const props: SumuProps = {
  prefix: "shop",
  stageName: "live",
  issuerJwksUri: "https://issuer.example.com/.well-known/jwks.json",
};
const shop = new Sumu(stack, "shop", props);
const blog = new Sumu(stack, "blog", { ...props, prefix: "blog", presenceSource: "queue" });
new CustomDomain(stack, "domain", {
  certArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1f0f7f5e",
  r53ZoneId: "Z0123456789",
  domainName: "example.com",
  wsApis: [
    { id: shop.apiId, key: "shop", stage: shop.stageName },
    { id: blog.apiId, key: "blog", stage: blog.stageName },
  ],
});
shop.grantSendNotifications(new IamRole(stack, "sender", { assumeRolePolicy: "{}" }));

const notification: NotificationRequest = { users: ["alice"], data: { hello: "Alice" } };
// @ts-expect-error a notification has data
const withoutData: NotificationRequest = { users: ["alice"] };
// @ts-expect-error props that are missing
const refused = () => new Sumu(stack, "refused", { prefix: "?" });

let refusal = "";
try {
  refused();
} catch (error) {
  refusal = (error as Error).message;
}
app.synth();
console.log(JSON.stringify({ sources: MESSAGE_SOURCES, notification, withoutData, refusal }));
