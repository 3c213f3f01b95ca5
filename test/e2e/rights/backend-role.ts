import type { AwsClients } from "../../../local/backend/aws";
import { textOf } from "../../../local/backend/query-api";
import { signedFetch } from "../../../local/backend/signed-fetch";
import { documentText } from "./policy-document";

type Statements = readonly { readonly Action: string | readonly string[]; readonly Resource: string }[];

/** A role of a backend, for calls that the account's root would not be refused. */
export class BackendRole {
  private constructor(
    readonly credentials: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string;
    },
    private readonly aws: AwsClients,
    private readonly name: string,
  ) {}

  /** @param statements - the rights of the role */
  static async create(aws: AwsClients, name: string, statements: Statements): Promise<BackendRole> {
    const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::000000000000:root" } };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    const role = await aws.query("iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument });
    await BackendRole.#allow(aws, name, statements);
    const session = await aws.query("sts", "AssumeRole", { RoleArn: textOf(role, "Arn"), RoleSessionName: "backend" });
    const part = (element: string): string => textOf(session, element) ?? "";
    const credentials = {
      accessKeyId: part("AccessKeyId"),
      secretAccessKey: part("SecretAccessKey"),
      sessionToken: part("SessionToken"),
    };
    return new BackendRole(credentials, aws, name);
  }

  static async #allow(aws: AwsClients, RoleName: string, statements: Statements): Promise<void> {
    const PolicyDocument = documentText(statements.map((one) => ({ Effect: "Allow", ...one })));
    await aws.query("iam", "PutRolePolicy", { RoleName, PolicyName: "backend", PolicyDocument });
  }

  /** Replaces its rights. */
  allow(statements: Statements): Promise<void> {
    return BackendRole.#allow(this.aws, this.name, statements);
  }

  /** Reads a queue's or topic's attributes by a call that counts as one without TLS. @returns whether it was refused */
  async isRefusedWithoutTls(arn: string): Promise<boolean> {
    const { endpoint, region } = this.aws.access;
    const [, , service = "", , account, name = ""] = arn.split(":");
    const call: [string, string][] =
      service === "sns"
        ? [
            ["Action", "GetTopicAttributes"],
            ["TopicArn", arn],
          ]
        : [
            ["Action", "GetQueueAttributes"],
            ["QueueUrl", `${endpoint}/${account}/${name}`],
          ];
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-sumu-without-tls": "true" };
    const access = { endpoint, region, credentials: this.credentials };
    const response = await signedFetch(access, service, "/", new URLSearchParams(call).toString(), headers);
    const text = await response.text();
    if (!response.ok && !/AccessDenied|AuthorizationError/.test(text)) throw new Error(text);
    return !response.ok;
  }

  async remove(): Promise<void> {
    await this.aws.query("iam", "DeleteRolePolicy", { RoleName: this.name, PolicyName: "backend" });
    await this.aws.query("iam", "DeleteRole", { RoleName: this.name });
  }
}
