import type * as cloudformation from "@aws-sdk/client-cloudformation";
import type { Kysely } from "kysely";
import type { Checked } from "../../../kernel/checked.ts";
import type { Caller } from "../../../kernel/principal.ts";
import type { CloudFormationDependencies } from "../dependencies.ts";
import type { OperationOptions } from "../engine/operation-options.ts";
import type { ChangeSetRow, CloudFormationTables, StackRow } from "../tables.ts";
import type { VersionInput } from "../values/requested-version.ts";
import type { Reading } from "../values/template-url.ts";

export type CreateInput = Checked<cloudformation.CreateChangeSetInput>;

export const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create " +
  "a change set.";

/** A change set's execution needs these beside its version. */
export interface ChangeSetOptions extends OperationOptions {
  readonly includeNestedStacks?: boolean;
  readonly importExistingResources?: boolean;
  readonly mode?: "STANDARD" | "EXPRESS";
  readonly onStackFailure?: "DO_NOTHING" | "ROLLBACK" | "DELETE";
  readonly rollback?: string;
  /** The nested stack's resource in the stack of the change set's parent. */
  readonly logicalId?: string;
}

/** The request that a change set, and those of the nested stacks, are planned for. */
export interface Planning {
  readonly input: CreateInput;
  readonly caller: Caller;
  readonly reading: Reading;
  readonly nowMs: number;
  /** Nested change sets that may still be planned. */
  readonly room: { left: number };
  readonly db: Kysely<CloudFormationTables>;
  readonly deps: CloudFormationDependencies;
}

/** A change set that is to be computed. */
export interface Asked {
  readonly stack: StackRow;
  /** The stack is stored with its change set. */
  readonly isNew: boolean;
  /** As many stacks are around it. */
  readonly depth: number;
  readonly type: cloudformation.ChangeSetType;
  readonly name: string;
  readonly notificationArns: readonly string[];
  /** The stack's rollback triggers from then on, as its row keeps them. */
  readonly rollback?: string | null;
  /** The change set of the stack around it, and the resource that the stack is there. */
  readonly parent?: { readonly id: string; readonly rootId: string; readonly logicalId: string };
}

/** A change set that is computed and not yet stored, with those of the stacks nested in its own. */
export interface PlannedChangeSet {
  readonly row: ChangeSetRow;
  readonly stack: StackRow;
  readonly isNew: boolean;
  readonly nested: readonly PlannedChangeSet[];
}

/** Computes a change set of a version that is asked for. */
export type PlanChangeSet = (
  asked: Asked,
  version: VersionInput,
  planning: Planning,
) => Promise<PlannedChangeSet>;
