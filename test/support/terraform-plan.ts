export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly mode: "managed" | "data";
  readonly previous_address?: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Readonly<Record<string, unknown>> | null;
    readonly after: Readonly<Record<string, unknown>> | null;
    readonly after_unknown: Readonly<Record<string, unknown>>;
  };
}

export interface Plan {
  /** Absent from a plan without resources. */
  readonly resource_changes?: readonly PlannedChange[];
  readonly output_changes?: Readonly<Record<string, { readonly after?: unknown }>>;
}

/** The changes of a plan, without data sources that are read again and resources that stay. */
export function changes(plan: Plan): readonly PlannedChange[] {
  return (plan.resource_changes ?? []).filter(
    ({ mode, change }) => mode === "managed" && !(change.actions.length === 1 && change.actions[0] === "no-op"),
  );
}

/** What a plan does with a resource. */
export interface PlannedAction {
  /** `replace` says nothing about the order: the `actions` of a {@link PlannedChange} do. */
  readonly action: "create" | "update" | "replace" | "delete" | "move" | "noop";
  readonly address: string;
  readonly type: string;
}

interface Message {
  readonly "@level": string;
  readonly type: string;
  readonly change?: {
    readonly action: PlannedAction["action"] | "read";
    readonly resource: { readonly addr: string; readonly resource_type: string };
  };
}

/** What `terraform plan -json` prints, in the order of addresses. @throws Error for a warning */
export function plannedActions(printed: string): readonly PlannedAction[] {
  const messages = printed
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Message);
  const warnings = messages.filter((message) => message["@level"] === "warn");
  if (warnings.length > 0) throw new Error(`terraform plan warned:\n${JSON.stringify(warnings, null, 2)}`);
  return messages
    .flatMap(({ type, change }) =>
      type !== "planned_change" || change === undefined || change.action === "read"
        ? []
        : [{ action: change.action, address: change.resource.addr, type: change.resource.resource_type }],
    )
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}
