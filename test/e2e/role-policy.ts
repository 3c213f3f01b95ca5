import type { AwsClients } from "../../local/backend/aws";
import { textOf } from "../../local/backend/query-api";

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
}

/** The one inline policy that a role of the stack has, for tests that take rights away. */
export class RolePolicy {
  private constructor(
    private readonly aws: AwsClients,
    private readonly role: string,
    readonly statements: readonly Statement[],
  ) {}

  static async read(aws: AwsClients, role: string): Promise<RolePolicy> {
    const answer = await aws.query("iam", "GetRolePolicy", { RoleName: role, PolicyName: "sumu" });
    const { Statement } = JSON.parse(decodeURIComponent(textOf(answer, "PolicyDocument") ?? ""));
    return new RolePolicy(aws, role, Statement);
  }

  /** The statements without one action of one statement. */
  without(sid: string, action: string): readonly Statement[] {
    return this.statements
      .map((one) => (one.Sid === sid ? { ...one, Action: one.Action.filter((name) => name !== action) } : one))
      .filter(({ Action }) => Action.length > 0);
  }

  async write(Statement: readonly Statement[]): Promise<void> {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    // A role without a statement has no policy at all.
    const target = { RoleName: this.role, PolicyName: "sumu" };
    if (Statement.length === 0) await this.aws.query("iam", "DeleteRolePolicy", target);
    else await this.aws.query("iam", "PutRolePolicy", { ...target, PolicyDocument });
  }
}
