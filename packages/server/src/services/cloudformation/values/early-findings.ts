import type { HookFailureMode } from "@aws-sdk/client-cloudformation";

export type EarlyValidationName =
  | "PROPERTY_VALIDATION"
  | "NAME_CONFLICT_VALIDATION"
  | "BUCKET_EMPTINESS_VALIDATION";

/** A failure that a change set's execution would meet, as DescribeEvents shows it. */
export interface EarlyFinding {
  readonly eventId: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly name: EarlyValidationName;
  readonly mode: HookFailureMode;
  readonly reason: string;
  readonly path: string;
}

/** The validations of one change set; they are an operation of their own. */
export interface EarlyValidation {
  readonly operationId: string;
  readonly findings: readonly EarlyFinding[];
}
