import type { Operation } from "@rolecast/wire";
import type { AwsError } from "./aws-error.ts";

type StructureShape = NonNullable<Operation["input"]>;

/** The limits that the SDK's schemas lack, for one member. Lengths for strings and lists. */
export interface Constraint {
  readonly min?: number;
  readonly max?: number;
  /** A whole number, which the SDK's schemas don't distinguish. */
  readonly whole?: true;
  /** AWS's own pattern as its message prints it; the whole value must match. Never a caller's. */
  readonly pattern?: string;
  /** The end of the service's own sentence about the pattern, which doesn't print it. */
  readonly advice?: string;
  readonly values?: readonly string[];
  /** The values, which are in upper case, may be sent in any. */
  readonly anyCase?: true;
  /** For a list's items: the rule that AWS's sentence adds to the others. */
  readonly notNull?: true;
  /** A secret: no sentence shows it. */
  readonly secret?: true;
  /** Marks a map: `min` and `max` count its entries, whose keys are the caller's, not members. */
  readonly entries?: { readonly key: Constraint; readonly value: Constraint };
}

/**
 * A service's constraints by member name (`RoleName`), by `Operation.Member` where one operation
 * differs, or by `Operation.Parent.Member` where a member of the structure or of the list's or
 * map's structures under `Parent` differs from others of its name. Applied to members at every
 * depth of the input, as the operation's schema has them; to each item of a list under
 * `<Member>.member` or `Operation.<Member>.member`.
 */
export interface ServiceConstraints {
  readonly members: Readonly<Record<string, Constraint>>;
  /**
   * Members that nothing here honours, as `PutEvents.EndpointId` with the way through structures
   * and lists (`PutObjectRetention.Retention.EventHold`). A request that has one is refused by its
   * name: ignored, it would promise what doesn't happen.
   */
  readonly unsupported?: readonly string[];
  /** Members that the service requires and its model doesn't, by operation. */
  readonly required?: Readonly<Record<string, readonly string[]>>;
  /**
   * Paths of members that the model requires and the service doesn't: handlers expect them missing,
   * whatever `Checked` promises. `*` is any item of a list (`tags.*.member.value`).
   */
  readonly optional?: readonly string[];
  /** The code that the service answers violations with. */
  readonly errorCode: "ValidationError" | "ValidationException" | "InvalidArgument";
  /** The service's messages don't list what an enumeration allows, as IAM's don't. */
  readonly keepsValuesToItself?: true;
  /**
   * Sentences show the value (`Value 'x' at 'name' …`): in all of AWS's services but IAM and IVS.
   */
  readonly showsValues?: true;
  /** The service's own error for a violation in a document; only permitted callers get it. */
  refuse?(violation: Violation, input: StructureShape | undefined): AwsError | undefined;
  /** Members of the error beside its message. */
  readonly fieldsOf?: (violations: readonly Violation[]) => Readonly<Record<string, unknown>>;
  /** Violations come in the order in which a hash map of Java keeps their members: see below. */
  readonly inHashOrder?: true;
  /** The service's own words for what is too long. */
  readonly tooLong?: (path: string, max: number, length: number) => string;
}

export interface Violation {
  /** `roleName`, `tags.1.member.key`: AWS's bean names. */
  readonly path: string;
  readonly rule: string;
  /** The value that broke the rule, null where it is missing; left out for a secret. */
  readonly value?: unknown;
  /** For a value that is too long. */
  readonly excess?: { readonly max: number; readonly length: number };
  /** The whole sentence, where the service has words of its own. */
  readonly sentence?: string;
}
