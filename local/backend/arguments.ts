import {
  isList,
  isValueObject,
  TerraformError,
  toBool,
  toNumber,
  toText,
  typeName,
  type Value,
  type ValueObject,
} from "../../terraform-json/value";

/**
 * The arguments of one resource. Code reads them one by one. If an argument is never read, that is an error: the local
 * stack would silently lack the setting.
 */
export class Arguments {
  private readonly unread: Set<string>;
  private readonly nested: Arguments[] = [];

  constructor(
    private readonly values: ValueObject,
    private readonly address: string,
  ) {
    this.unread = new Set(Object.keys(values).filter((name) => values[name] !== null));
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw new TerraformError(`${this.address}: "${name}" is needed`);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.take(name, toText);
  }

  optionalNumber(name: string): number | undefined {
    return this.take(name, toNumber);
  }

  optionalBool(name: string): boolean | undefined {
    return this.take(name, toBool);
  }

  texts(name: string): string[] {
    return this.take(name, (value) => (isList(value) ? value : [value]).map(toText)) ?? [];
  }

  textMap(name: string): Record<string, string> {
    return (
      this.take(name, (value) => {
        if (!isValueObject(value)) throw new TerraformError(`a map is needed, got ${typeName(value)}`);
        // As in the provider: a null entry counts as not given.
        const present = Object.entries(value).filter(([, item]) => item !== null);
        return Object.fromEntries(present.map(([key, item]) => [key, toText(item)]));
      }) ?? {}
    );
  }

  /** A nested block. Terraform's JSON writes a single block as an object or as a list with one object. */
  block(name: string): Arguments | undefined {
    const [first, ...more] = this.blocks(name);
    if (more.length > 0) throw new TerraformError(`${this.address}: only one "${name}" block is allowed`);
    return first;
  }

  blocks(name: string): Arguments[] {
    const found = this.take(name, (value) => (isList(value) ? value : [value])) ?? [];
    const blocks = found.filter(isValueObject).map((block) => new Arguments(block, `${this.address}.${name}`));
    this.nested.push(...blocks);
    return blocks;
  }

  /** Ignores settings that the local stack does not need. The first argument says why. */
  leaveOut(_reason: string, ...names: readonly string[]): void {
    for (const name of names) this.unread.delete(name);
  }

  /** @throws TerraformError naming the arguments that nobody has read, in nested blocks too */
  finish(): void {
    for (const block of this.nested) block.finish();
    const names = [...this.unread];
    if (names.length === 0) return;
    throw new TerraformError(
      `${this.address}: ${names.map((name) => `"${name}"`).join(", ")} is unknown here: add code that uses it, or add it to what is left out`,
    );
  }

  private take<T>(name: string, convert: (value: Value) => T): T | undefined {
    this.unread.delete(name);
    const value = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
    if (value === undefined || value === null) return undefined;
    try {
      return convert(value);
    } catch (error) {
      throw error instanceof TerraformError ? error.at(`${this.address}.${name}`) : error;
    }
  }
}
