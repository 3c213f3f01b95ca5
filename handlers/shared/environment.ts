/** The credentials that sign a request to AWS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for a role's temporary credentials. A Lambda function always has them. */
  readonly sessionToken?: string;
}

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The credentials that Lambda puts into a function's environment.
 *
 * @throws Error naming the variables when they are missing.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function credentialsFrom(environment: Environment): Credentials {
  const accessKeyId = environment.AWS_ACCESS_KEY_ID;
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY;
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set: Lambda sets them from the function's role",
    );
  }
  return { accessKeyId, secretAccessKey, sessionToken: environment.AWS_SESSION_TOKEN || undefined };
}

/**
 * The region that the function runs in.
 *
 * @throws Error naming the variable when it is missing.
 */
export function regionFrom(environment: Environment): string {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  if (!region) throw new Error("AWS_REGION must be set: Lambda sets it to the function's region");
  return region;
}

/**
 * An environment variable that a function needs.
 *
 * @throws Error naming the variable when it is unset or empty.
 */
export function requiredFrom(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`${name} must be set`);
  return value;
}

/**
 * A whole number from an environment variable, or its default when the variable is unset or empty.
 *
 * @throws RangeError naming the variable, its value and the bounds.
 */
export function integerFrom(
  environment: Environment,
  name: string,
  { fallback, min, max }: { readonly fallback: number; readonly min: number; readonly max: number },
): number {
  const text = environment[name];
  if (!text) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, got "${text}"`);
  }
  return value;
}
