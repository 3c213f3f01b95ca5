import { SetupError } from "../setup-error";
import type { Decision } from "./decision";

/** The calls of a run that the local AWS allowed without checking a policy. */
export class UnevaluatedCalls {
  private readonly calls = new Set<string>();

  note({ kind, principal, action }: Decision): void {
    if (kind === "unevaluated") this.calls.add(`${principal} called ${action}`);
  }

  /** Reports them. A second call has nothing to report. @throws SetupError that names all of them */
  refuse(): void {
    if (this.calls.size === 0) return;
    const calls = [...this.calls].sort().join("; ");
    this.calls.clear();
    throw new SetupError(
      `no policy was checked for these calls, so AWS may refuse them: ${calls}. Let local/backend/enforcement.py decide them`,
    );
  }
}
