/** How often each thing happened, in groups. */
export class Tally {
  readonly groups = { killed: {}, clients: {}, "clients' faults": {}, "handshakes refused": {} } as Record<
    "killed" | "clients" | "clients' faults" | "handshakes refused",
    Record<string, number>
  >;

  add(group: keyof Tally["groups"], what: string, by = 1): void {
    this.groups[group][what] = (this.groups[group][what] ?? 0) + by;
  }
}
