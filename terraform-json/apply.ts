import { elements, evaluateBody } from "./bodies";
import type { Scope } from "./evaluator";
import { referencesIn } from "./references";
import type { Stack, StackNode } from "./stack";
import { isObject, TerraformError, toNumber, toText, type Value, type ValueObject } from "./value";
import { resolveVariables } from "./variables";

/**
 * Creates one resource or one data source.
 *
 * @param args - its arguments, with everything evaluated
 * @param address - as in a plan, `aws_sqs_queue.messages` or `aws_sqs_queue.messages[0]`
 * @returns the attributes that others may refer to, beside the arguments themselves
 */
export type Create = (args: ValueObject, address: string) => ValueObject | Promise<ValueObject>;

export interface ApplyOptions {
  readonly variables: ValueObject;
  /** Variables whose validation rules are not checked. @default - none */
  readonly rulesLeftOut?: readonly string[];
  /** The absolute path of the stack's folder: the value of `path.module`. */
  readonly modulePath: string;
  /** By type, such as `aws_sqs_queue`. */
  readonly resources: { readonly [type: string]: Create };
  /** By type, such as `aws_region`. */
  readonly data: { readonly [type: string]: Create };
}

/**
 * Everything that expressions of an applied stack can refer to. It is plain JSON, so that another process can get it.
 */
export type AppliedState = Scope;

export interface AppliedStack {
  readonly state: AppliedState;
  readonly outputs: ValueObject;
}

/** Gives the value of any piece of a stack's JSON once the stack is applied. */
export type Resolve = (body: unknown) => Value;

/**
 * Evaluates parts of the same stack's JSON for callers that read them themselves, such as the gateway with its routes.
 */
export function createResolver(state: AppliedState): Resolve {
  return (body) => evaluateBody(body, state, "the stack");
}

/**
 * Applies a stack. Each resource comes after the resources that it refers to; independent resources run in parallel.
 *
 * @throws TerraformError before anything is created when a type has no `Create`; later for an expression that cannot be
 * evaluated.
 */
export async function applyStack(stack: Stack, options: ApplyOptions): Promise<AppliedStack> {
  const variables = resolveVariables(stack.variables, options.variables, options.rulesLeftOut);
  refuseUnknownTypes(stack, options);

  const locals: { [name: string]: Value } = {};
  const data: { [type: string]: { [name: string]: Value } } = {};
  const resources: { [type: string]: { [name: string]: Value } } = {};
  const path = { module: options.modulePath, root: options.modulePath, cwd: process.cwd() };
  const state = (): AppliedState => ({ ...resources, var: variables, local: locals, data, path });

  const isUsed = usedData(stack);
  const finished = new Map<string, Promise<void>>();
  const run = async (node: StackNode): Promise<void> => {
    await Promise.all(node.dependencies.map((address) => finished.get(address)));
    if (node.kind === "local") {
      locals[node.name] = evaluateBody(node.body, state(), node.address);
      return;
    }
    const section = node.kind === "data" ? data : resources;
    const create = (node.kind === "data" ? options.data : options.resources)[node.type];
    if (create === undefined) throw new TerraformError(`${node.address}: nothing here knows ${node.type}`);
    const value = await instances(node, state(), create);
    section[node.type] = { ...section[node.type], [node.name]: value };
  };
  for (const node of stack.nodes) {
    if (!isUsed(node)) continue;
    const done = run(node);
    finished.set(node.address, done);
  }
  // A failure is reported only when nothing is still running, because the caller then cleans up.
  const failed = (await Promise.allSettled(finished.values())).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;

  const outputs = Object.fromEntries(
    Object.entries(stack.outputs).map(([name, { value }]) => [name, evaluateBody(value, state(), `output.${name}`)]),
  );
  return { state: state(), outputs };
}

/** A data source that nothing refers to is not read: it changes nothing. */
function usedData({ nodes, outputs }: Stack): (node: StackNode) => boolean {
  const used = new Set([
    ...Object.entries(outputs).flatMap(([name, { value }]) => [...referencesIn(value, `output.${name}`)]),
    ...nodes.filter(({ kind }) => kind !== "data").map(({ address }) => address),
  ]);
  // Each node comes after what it depends on.
  for (const { address, dependencies } of [...nodes].reverse()) {
    if (used.has(address)) for (const dependency of dependencies) used.add(dependency);
  }
  return ({ kind, address }) => kind !== "data" || used.has(address);
}

function refuseUnknownTypes(stack: Stack, { resources, data }: ApplyOptions): void {
  for (const { kind, type, address } of stack.nodes) {
    if (kind !== "local" && !Object.hasOwn(kind === "data" ? data : resources, type)) {
      throw new TerraformError(
        `${address}: ${type} is unknown here: add code that uses it, or add it to what is left out`,
      );
    }
  }
}

/**
 * The value of a node for other nodes: one object, with `count` a list of objects, with `for_each` a map of objects.
 */
async function instances(node: StackNode, scope: Scope, create: Create): Promise<Value> {
  if (!isObject(node.body)) throw new TerraformError(`${node.address}: an object is needed`);
  const { count, for_each, depends_on: _, lifecycle: __, provider: ___, ...body } = node.body;
  if ("provisioner" in body) throw new TerraformError(`${node.address}: provisioners are not supported here`);
  const one = async (address: string, inner: Scope): Promise<Value> => {
    const args = evaluateBody(body, inner, address) as ValueObject;
    return { ...args, ...(await create(args, address)) };
  };
  if (count !== undefined) {
    const length = toNumber(evaluateBody(count, scope, `${node.address}.count`));
    return Promise.all(
      Array.from({ length }, (_, index) => one(`${node.address}[${index}]`, { ...scope, count: { index } })),
    );
  }
  if (for_each !== undefined) {
    const collection = elements(evaluateBody(for_each, scope, `${node.address}.for_each`), node.address);
    const made = collection.map(async ([key, value]): Promise<[string, Value]> => {
      const name = toText(key);
      return [name, await one(`${node.address}["${name}"]`, { ...scope, each: { key, value } })];
    });
    return Object.fromEntries(await Promise.all(made));
  }
  return one(node.address, scope);
}
