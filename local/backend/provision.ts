import { type AppliedStack, applyStack, type Create } from "../../terraform-json/apply";
import { readStack } from "../../terraform-json/stack";
import { TerraformError, type ValueObject } from "../../terraform-json/value";
import { SetupError } from "../setup-error";
import { Arguments } from "./arguments";
import type { AwsClients } from "./aws";
import { dataSources } from "./data";
import { LEFT_OUT_RESOURCES, type Place } from "./left-out";
import { CREATED_RESOURCES } from "./resources/index";

export interface ProvisionOptions {
  /** The synthesized stack: the contents of its `cdk.tf.json`. */
  readonly json: unknown;
  /** The absolute path of the folder with that file. */
  readonly stackFolder: string;
  readonly variables: ValueObject;
  /** Variables whose validation rules are not checked here. */
  readonly rulesLeftOut?: readonly string[];
  readonly place: Place;
  readonly aws: AwsClients;
  /** The folder for the functions' zips. */
  readonly temporaryFolder: string;
}

export interface ProvisionedStack extends AppliedStack {
  /**
   * Removes everything again, the latest first. A failure does not stop the other removals, and a missing object is no
   * failure.
   */
  remove(): Promise<void>;
}

/**
 * Creates the synthesized stack in the emulator: tables, queues, topics, functions and the connections between them.
 *
 * @throws TerraformError for a resource type that the local stack neither creates nor leaves out by decision;
 * everything that exists by then is removed
 */
export async function provision(options: ProvisionOptions): Promise<ProvisionedStack> {
  const removals: (() => Promise<unknown>)[] = [];
  const remove = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const take of removals.splice(0).reverse()) {
      await take().catch((error: Error) => {
        if (!/NotFound|NonExistent|DoesNotExist|NoSuchEntity/.test(error.name)) failures.push(error);
      });
    }
    if (failures.length > 0) throw failures[0];
  };
  const created = Object.entries(CREATED_RESOURCES).map(([type, create]): [string, Create] => [
    type,
    async (args, address) => {
      const { attributes, remove: take } = await create(new Arguments(args, address), options.aws).catch((error) => {
        throw describeFailure(error, address);
      });
      if (take !== undefined) removals.push(take);
      return attributes;
    },
  ]);
  const leftOut = Object.entries(LEFT_OUT_RESOURCES).map(([type, { attributes }]): [string, Create] => [
    type,
    (args, address) => attributes(args, address.slice(type.length + 1), options.place),
  ]);
  try {
    const applied = await applyStack(readStack(options.json), {
      variables: options.variables,
      rulesLeftOut: options.rulesLeftOut,
      modulePath: options.stackFolder,
      resources: Object.fromEntries([...created, ...leftOut]),
      data: dataSources(options.place, options.temporaryFolder),
    });
    return { ...applied, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The emulator's refusals do not name the resource, and do not say that another stack may be in the way. */
function describeFailure(error: unknown, address: string): Error {
  const { name, message } = error as Error;
  if (error instanceof TerraformError) return error;
  const advice = /Conflict|InUse|AlreadyExists/.test(name)
    ? "; another SUMU is in this emulator: stop that one, or POST to its /_ministack/reset"
    : "";
  return new SetupError(`${address} could not be created: ${name}: ${message}${advice}`);
}
