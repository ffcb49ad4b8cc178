/** A request asks this of its operation beside template, parameters and tags; kept as JSON. */
export interface OperationOptions {
  /** The end of a creation that fails. */
  readonly onFailure?: "ROLLBACK" | "DELETE" | "DO_NOTHING";
  readonly disableRollback?: boolean;
  /** Resources that a deletion leaves as they are. */
  readonly retain?: readonly string[];
  /** Leaves what can't be deleted. */
  readonly force?: boolean;
  /** Resources that ContinueUpdateRollback counts as rolled back. */
  readonly skip?: readonly string[];
  /** Resources of which those with Retain are deleted if their creation fails. */
  readonly retainExceptOnCreate?: boolean;
  /** Resources that are taken over: logical id → identifier. */
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Resources are changed from what is there, not from what they were last given. */
  readonly revertDrift?: boolean;
  /** The executed change set that has change sets of nested stacks: these are executed with it. */
  readonly changeSetId?: string;
  /** Resources that can't be made fail before the first one is; change sets looked for them. */
  readonly validatesEarly?: boolean;
  /** The stack policy for this update alone. */
  readonly policy?: string;
  /** The server's URL as whoever asked knows it: addresses in outputs begin with it. */
  readonly baseUrl?: string;
}

export function optionsOf(row: { readonly options: string }): OperationOptions {
  return JSON.parse(row.options) as OperationOptions;
}
