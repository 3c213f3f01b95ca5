const EDGE = /"\[root\] (.+?)" -> "\[root\] (.+?)"$/gm;

/** The order in which a plan's steps are applied, from the output of `terraform graph -plan=…`. */
export class PlanGraph {
  private readonly needs = new Map<string, Set<string>>();

  constructor(dot: string) {
    for (const [, step = "", needed = ""] of dot.matchAll(EDGE)) {
      const all = this.needs.get(step) ?? new Set();
      this.needs.set(step, all.add(needed));
    }
  }

  /** Steps that destroy something: of an object that is replaced, its name here has no id of the deposed one. */
  get destroys(): readonly string[] {
    return [...this.needs.keys()].filter((step) => / \(destroy/.test(step)).sort();
  }

  /** Whether the one step begins only when the other is done. `address`, or `address (destroy)`. @throws Error if a step is not in the plan */
  waits(step: string, other: string): boolean {
    const [from, to] = [this.find(step), this.find(other)];
    const seen = new Set<string>();
    const open = [from];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const needed of this.needs.get(next) ?? []) {
        if (needed === to) return true;
        if (!seen.has(needed)) open.push(needed);
        seen.add(needed);
      }
    }
    return false;
  }

  private find(step: string): string {
    const isStep = (name: string) => name.replace(/ deposed \w+\)$/, ")") === step;
    const found = [...this.needs.keys()].find(isStep);
    if (found === undefined) throw new Error(`The plan has no step ${step}.`);
    return found;
  }
}
