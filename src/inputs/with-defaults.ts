/** Props of which those that have a default are there. */
export type WithDefaults<Props, Defaults> = Props & Required<Pick<Props, keyof Props & keyof Defaults>>;

/** Props over their defaults. One that is there but undefined is one that was not given. */
export function withDefaults<Props extends object, Defaults extends object>(
  props: Props,
  defaults: Defaults,
): WithDefaults<Props, Defaults> {
  const given = Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as Props;
  return { ...defaults, ...given } as WithDefaults<Props, Defaults>;
}
