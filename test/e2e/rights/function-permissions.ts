import {
  AddPermissionCommand,
  GetPolicyCommand,
  ListFunctionsCommand,
  RemovePermissionCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import type { AwsClients } from "../../../local/backend/aws";
import { isOfStack, type Right, shortName } from "./right";

/** The alias that services invoke. */
const Qualifier = "latest";

/** A statement as Lambda writes it. */
interface Permission {
  readonly Sid: string;
  readonly Action: string;
  readonly Principal: { readonly Service: string };
  readonly Resource: string;
  readonly Condition?: {
    readonly ArnLike?: { readonly "AWS:SourceArn"?: string };
    readonly StringEquals?: { readonly "AWS:SourceAccount"?: string };
  };
}

/** Which services may invoke the functions of the stack. */
export async function functionPermissions(aws: AwsClients): Promise<Right[]> {
  const { Functions = [] } = await aws.lambda.send(new ListFunctionsCommand({}));
  const names = Functions.flatMap(({ FunctionName }) => FunctionName ?? []).filter(isOfStack);
  return (await Promise.all(names.map((name) => permissionsOf(aws, name)))).flat();
}

async function permissionsOf({ lambda }: AwsClients, FunctionName: string): Promise<Right[]> {
  const target = { FunctionName, Qualifier };
  let policy: string;
  try {
    policy = (await lambda.send(new GetPolicyCommand(target))).Policy ?? '{"Statement":[]}';
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
  return (JSON.parse(policy).Statement as readonly Permission[]).map(
    ({ Sid: StatementId, Action, Principal, Condition, Resource }): Right => {
      const principal = Principal.Service;
      return {
        where: `function ${shortName(FunctionName)}`,
        // Terraform ends an id that has only a prefix with random digits.
        sid: StatementId.replace(/[0-9a-f]{16}$/, ""),
        action: Action,
        isRefusal: false,
        principal,
        resources: [Resource],
        take: async () => {
          await lambda.send(new RemovePermissionCommand({ ...target, StatementId }));
          const permission = {
            ...target,
            StatementId,
            Action,
            Principal: principal,
            SourceArn: Condition?.ArnLike?.["AWS:SourceArn"],
            SourceAccount: Condition?.StringEquals?.["AWS:SourceAccount"],
          };
          return async () => void (await lambda.send(new AddPermissionCommand(permission)));
        },
      };
    },
  );
}
