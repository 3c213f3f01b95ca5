/** The started things that must be ended again, the latest first. */
export class Cleanup {
  private readonly actions: (() => unknown)[] = [];

  add(action: () => unknown): void {
    this.actions.push(action);
  }

  /** Ends everything. A failure does not stop the other steps. A second call has nothing left to do. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let action = this.actions.pop(); action !== undefined; action = this.actions.pop()) {
      try {
        await action();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
