import type { StackRefactorRow, VersionRow } from "../tables.ts";

export interface Location {
  readonly stackId: string;
  readonly logicalId: string;
}

export interface Move {
  readonly source: Location;
  readonly destination: Location;
  readonly physicalId: string;
  readonly type: string;
  /** The request maps it; else it was found by its logical id and type. */
  readonly isMapped: boolean;
}

/** A stack of a refactor, with the version that it gets. */
export interface RefactoredStack {
  readonly stackId: string;
  readonly name: string;
  readonly isNew: boolean;
  /** The version that the stack had when the refactor was made. */
  readonly from: number;
  readonly to: Omit<VersionRow, "number" | "stack_id">;
}

/** The work of a refactor, as its row keeps it. */
export interface RefactorPlan {
  readonly stacks: readonly RefactoredStack[];
  /** Resources that get another stack or another logical id. */
  readonly moves: readonly Move[];
}

export function planOf({ plan }: Pick<StackRefactorRow, "plan">): RefactorPlan {
  return JSON.parse(plan) as RefactorPlan;
}
