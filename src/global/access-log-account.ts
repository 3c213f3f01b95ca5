import { ApiGatewayAccount } from "@cdktf/provider-aws/lib/api-gateway-account";
import { Construct } from "constructs";
import { CallerAccount } from "../aws/caller-account";
import { boundEveryRole } from "../aws/permissions-boundary";
import { ServiceRole } from "../aws/service-role";
import { tagEverything } from "../aws/tags";
import { acceptProps } from "../inputs/accept-props";
import { ACCESS_LOG_ACCOUNT_INPUTS, type AccessLogAccountProps } from "../inputs/access-log-account";
import { physicalName } from "../names";
import { acceptFinding } from "../terraform/accepted-finding";

/**
 * Lets API Gateway write to CloudWatch Logs, once for each account and region. Without it AWS refuses a stage that has
 * access logs: "CloudWatch Logs role ARN must be set in account settings to enable logging". The setting applies to the
 * whole account. If something else has set it already, leave it there.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
export class AccessLogAccount extends Construct {
  /** The role with which API Gateway writes logs. */
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: AccessLogAccountProps) {
    super(scope, id);
    const { prefix, commonTags, permissionsBoundary } = acceptProps(props, ACCESS_LOG_ACCOUNT_INPUTS);
    const account = new CallerAccount(this, "account");
    const role = new ServiceRole(this, "logs", {
      account,
      name: `${physicalName(prefix)}-gw-${account.region}`,
      description: "Lets API Gateway write to CloudWatch Logs.",
      service: "apigateway.amazonaws.com",
      statements: [
        {
          sid: "WriteLogs",
          actions: [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:FilterLogEvents",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
          ],
          resources: ["*"],
        },
      ],
    });
    // With `depends_on` on the module, the module's region is unknown in a plan, and a role whose name is unknown would
    // be replaced.
    role.role.lifecycle = { ignoreChanges: ["name"] };
    const reason = "API Gateway refuses a role that may do less than AWS's managed policy for it.";
    acceptFinding(role.document, "CKV_AWS_111", reason);
    acceptFinding(role.document, "CKV_AWS_356", reason);
    this.roleArn = role.arn;
    new ApiGatewayAccount(this, "current", { cloudwatchRoleArn: role.arn, dependsOn: [role.policy] });
    tagEverything(this, commonTags);
    boundEveryRole(this, permissionsBoundary);
  }
}
