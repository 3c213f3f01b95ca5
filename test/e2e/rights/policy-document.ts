import type { Right } from "./right";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: { readonly Service?: string | readonly string[] };
}

/** A policy of the stack that a test reads and replaces. */
export interface PolicyDocument {
  readonly where: string;
  /** Absent: the services that its statements name. */
  readonly principal?: string;
  /** Absent: the resources that its statements name. */
  readonly resources?: readonly string[];
  read(): Promise<readonly Statement[]>;
  write(statements: readonly Statement[]): Promise<void>;
}

const list = (value: string | readonly string[] = []): readonly string[] => [value].flat();

/** The rights in a role's policy one by one; a resource's statements as a whole. */
export async function rightsIn(document: PolicyDocument): Promise<Right[]> {
  const statements = await document.read();
  return statements.flatMap((statement) => {
    const { Sid = "", Effect, Action, Resource, Principal } = statement;
    const right = (actions: readonly string[]): Right => ({
      where: document.where,
      sid: Sid,
      action: actions.length === 1 ? (actions[0] ?? "") : "all",
      isRefusal: Effect === "Deny",
      principal: document.principal ?? list(Principal?.Service).join(", "),
      resources: document.resources ?? list(Resource),
      take: async () => {
        const left = list(Action).filter((action) => !actions.includes(action));
        const others = left.length === 0 ? [] : [{ ...statement, Action: left }];
        await document.write(statements.flatMap((one) => (one === statement ? others : [one])));
        return () => document.write(statements);
      },
    });
    return document.principal === undefined ? [right(list(Action))] : list(Action).map((action) => right([action]));
  });
}

export const documentText = (Statement: readonly Statement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement });
