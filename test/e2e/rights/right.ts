/** A statement's right or refusal, in a policy of the running stack. */
export interface Right {
  /**
   * The policy: `role pusher`, `role pusher/revocations`, `trust of pusher`, `function pusher-codeless`, `queue messages`,
   * `topic messages`.
   */
  readonly where: string;
  readonly sid: string;
  /** `all` if the statement has several actions and is taken away as a whole. */
  readonly action: string;
  readonly isRefusal: boolean;
  /** Who has the right, as decisions name it: a role or a service. */
  readonly principal: string;
  /** ARNs, with `*`. */
  readonly resources: readonly string[];
  /** Takes it away. @returns gives it back */
  take(): Promise<() => Promise<void>>;
}

/** Whether a resource is one of the right's. */
export function covers({ resources }: Right, resource: string): boolean {
  return resources.some((pattern) => {
    const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${source.join(".*")}$`).test(resource);
  });
}

/** A name of the stack without the part that all names have. The API's role is named like the stack: `gateway`. */
export function shortName(name: string): string {
  return name.replace(/^local-sumu(-(run|integration)(?=-))?-?/, "") || "gateway";
}

/** Whether something is part of the stack, and not of the test. */
export const isOfStack = (name: string): boolean => name.startsWith("local-sumu");
