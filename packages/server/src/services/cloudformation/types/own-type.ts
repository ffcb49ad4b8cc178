import type { Caller } from "../../../kernel/principal.ts";
import {
  type ResourceCallsOptions,
  StepCalls,
} from "../../../kernel/resource-types/resource-calls.ts";
import type { ResourceModel, ResourceSchema, Step } from "../../../kernel/resources.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { CloudFormationTables, OperationRow, StackRow } from "../tables.ts";

export interface StepPlace {
  readonly stack: StackRow;
  readonly operation: OperationRow;
  readonly logicalId: string;
  /** The resource before the operation, of a step that takes it back there. */
  readonly before?: ResourceModel;
}

/** A step's calls, with what the engine's own types, which are rows of its own, need beside. */
export class StackStepCalls extends StepCalls {
  readonly place: StepPlace;
  readonly caller: Caller;
  readonly tx: Transaction<CloudFormationTables>;

  constructor(
    options: ResourceCallsOptions & { readonly transaction: Transaction },
    place: StepPlace,
  ) {
    super(options);
    this.place = place;
    this.caller = options.as;
    this.tx = options.transaction.tables<CloudFormationTables>();
  }
}

/** A type of resource that is the engine's own. */
export interface OwnType {
  readonly schema: ResourceSchema;
  /** An update of the stack updates the resource even if its properties stay. */
  readonly updatesAlways?: true;
  create(want: ResourceModel, call: StackStepCalls): Promise<Step>;
  read(model: ResourceModel, call: StackStepCalls): Promise<ResourceModel>;
  update(
    model: ResourceModel,
    was: ResourceModel,
    want: ResourceModel,
    call: StackStepCalls,
  ): Promise<Step>;
  delete(model: ResourceModel, call: StackStepCalls): Promise<Step>;
}
