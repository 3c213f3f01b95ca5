/** A message as a backend receives it. */
export interface Received {
  readonly body: string;
  /** Name to type and value. */
  readonly attributes: { readonly [name: string]: readonly [type: string | undefined, value: string | undefined] };
}
