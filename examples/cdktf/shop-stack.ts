import { ArchiveProvider } from "@cdktf/provider-archive/lib/provider";
import { DataAwsAcmCertificate } from "@cdktf/provider-aws/lib/data-aws-acm-certificate";
import { DataAwsIamRole } from "@cdktf/provider-aws/lib/data-aws-iam-role";
import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { CustomDomain, MESSAGE_SOURCES, Sumu } from "sumu";
import { OrderDesk } from "./order-desk";

export interface ShopStackProps {
  readonly region: string;
}

/** A shop. Its customers ask the order desk by WebSocket, and its backend notifies them. */
export class ShopStack extends TerraformStack {
  constructor(scope: Construct, id: string, { region }: ShopStackProps) {
    super(scope, id);
    new AwsProvider(this, "aws", { region });
    new ArchiveProvider(this, "archive");

    const sumu = new Sumu(this, "sumu", {
      prefix: "shop",
      stageName: "live",
      issuerJwksUri: "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
      authorizedIssuer: "https://securetoken.google.com/shop-4711",
      authorizedAudiences: ["shop-4711"],
      commonTags: { team: "web" },
    });

    // wss://live.shop.example.com/live
    const domainName = "shop.example.com";
    new CustomDomain(this, "domain", {
      domainName,
      certArn: new DataAwsAcmCertificate(this, "certificate", { domain: `*.${domainName}`, mostRecent: true }).arn,
      r53ZoneId: new DataAwsRoute53Zone(this, "zone", { name: domainName }).zoneId,
      wsApis: [{ id: sumu.apiId, key: "live", stage: sumu.stageName }],
      omitUnusedDomains: true,
    });

    // The backend runs elsewhere, with a role that exists already.
    const backendRole = new DataAwsIamRole(this, "backend_role", { name: "shop-backend" });
    sumu.grantSendNotifications(backendRole);
    sumu.grantReadPresence(backendRole);

    // The order desk answers customers' messages, and learns who comes online and who goes offline.
    const desk = new OrderDesk(this, "order_desk", { notificationsQueueUrl: sumu.notifications.queue.url });
    sumu.invokeFromMessagesQueue(desk.function, desk.role, { maximumConcurrency: 10 });
    sumu.invokeFromMessagesTopic(desk.function, { sources: [MESSAGE_SOURCES.presence] });
    sumu.grantSendNotifications(desk.role);

    new TerraformOutput(this, "websocket_url", { value: sumu.webSocketUrl });
    new TerraformOutput(this, "notifications_queue_url", { value: sumu.notifications.queue.url });
  }
}
