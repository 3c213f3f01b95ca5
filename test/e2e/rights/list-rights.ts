import type { AwsClients } from "../../../local/backend/aws";
import { functionPermissions } from "./function-permissions";
import { rightsIn } from "./policy-document";
import { queuePolicies, topicPolicies } from "./resource-policies";
import type { Right } from "./right";
import { rolePolicies, trustPolicies } from "./role-policies";

/** Every right and refusal in the policies of the stack. */
export async function listRights(aws: AwsClients): Promise<readonly Right[]> {
  const documents = await Promise.all([rolePolicies, trustPolicies, queuePolicies, topicPolicies].map((of) => of(aws)));
  const rights = documents.flat().map(rightsIn);
  return (await Promise.all([...rights, functionPermissions(aws)])).flat();
}
