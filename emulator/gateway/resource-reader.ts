export type Attributes = Readonly<Record<string, unknown>>;

/**
 * Gives a value without references. If it cannot resolve a reference, it must throw and never return the reference
 * itself.
 */
export type Resolve = (value: unknown) => unknown;

export interface StackResource {
  readonly type: string;
  readonly name: string;
  /** `aws_apigatewayv2_route.connect`. */
  readonly address: string;
  /** The address as expressions write it, with `[0]` when the resource has a count. */
  readonly instance: string;
  readonly attributes: Attributes;
}

/** Reads attributes of a stack's resources, with references resolved. Its errors name the resource and attribute. */
export class ResourceReader {
  readonly #resources: Readonly<Record<string, Readonly<Record<string, Attributes>>>>;
  readonly #resolve: Resolve;

  constructor(resources: Readonly<Record<string, Readonly<Record<string, Attributes>>>>, resolve: Resolve) {
    this.#resources = resources;
    this.#resolve = resolve;
  }

  /** Every resource of a type that exists. A resource with `count` 0 does not exist. */
  all(type: string): StackResource[] {
    return Object.entries(this.#resources[type] ?? {}).flatMap(([name, attributes]) => {
      const address = `${type}.${name}`;
      if (attributes.for_each !== undefined) throw new Error(`${address}: for_each is not supported here`);
      const count = attributes.count === undefined ? undefined : Number(this.#resolve(attributes.count));
      if (count !== undefined && count !== 0 && count !== 1)
        throw new Error(`${address}: count ${count} is not supported here`);
      if (count === 0) return [];
      return [{ type, name, address, instance: count === undefined ? address : `${address}[0]`, attributes }];
    });
  }

  id(resource: StackResource): string {
    return String(this.reference(resource, "id"));
  }

  /** The value for a reference to a computed attribute of the resource. */
  reference(resource: StackResource, attribute: string): unknown {
    return this.#resolve(`\${${resource.instance}.${attribute}}`);
  }

  /** Whether the attribute is written at all; 0 and false count as written. */
  isSet(resource: StackResource, attribute: string): boolean {
    return (this.#value(resource, attribute) ?? undefined) !== undefined;
  }

  /** Whether the attribute has a value other than false or empty. */
  has(resource: StackResource, attribute: string): boolean {
    const value = this.#value(resource, attribute);
    return value !== undefined && value !== null && value !== false && String(value) !== "";
  }

  text(resource: StackResource, attribute: string): string {
    const text = this.optionalText(resource, attribute);
    if (text === undefined) throw new Error(`${resource.address}: ${attribute} is missing`);
    return text;
  }

  optionalText(resource: StackResource, attribute: string): string | undefined {
    const value = this.#value(resource, attribute);
    if (value === undefined || value === null) return undefined;
    if (typeof value === "object") throw new Error(`${resource.address}: ${attribute} must be text`);
    return String(value);
  }

  textList(resource: StackResource, attribute: string): string[] {
    const value = this.#value(resource, attribute) ?? [];
    if (!Array.isArray(value)) throw new Error(`${resource.address}: ${attribute} must be a list`);
    return value.map(String);
  }

  textMap(resource: StackResource, attribute: string): ReadonlyMap<string, string> {
    const value = this.#value(resource, attribute) ?? {};
    if (typeof value !== "object" || Array.isArray(value))
      throw new Error(`${resource.address}: ${attribute} must be a map`);
    return new Map(Object.entries(value as object).map(([key, item]) => [key, String(item)]));
  }

  /** A nested block. Terraform's JSON writes it as an object or as a list with one object. */
  block(resource: StackResource, attribute: string): Attributes | undefined {
    const value = this.#value(resource, attribute);
    const block = Array.isArray(value) ? value[0] : value;
    return (block ?? undefined) as Attributes | undefined;
  }

  #value(resource: StackResource, attribute: string): unknown {
    const value = resource.attributes[attribute];
    return value === undefined ? undefined : this.#resolve(value);
  }
}
