import type { Authorization } from "../../../kernel/authorization.ts";
import type { Decide } from "../../../kernel/invoke.ts";
import type { Caller } from "../../../kernel/principal.ts";
import {
  CLOUDFORMATION,
  type ResourceCallsOptions,
  StepCalls,
} from "../../../kernel/resource-types/resource-calls.ts";
import type { Naming, ResourceModel, ResourceSchema, Step } from "../../../kernel/resources.ts";
import type { Transaction } from "../../../kernel/store.ts";
import type { CloudFormationTables, OperationRow, StackRow } from "../tables.ts";

export interface StepPlace {
  readonly stack: StackRow;
  readonly operation: OperationRow;
  readonly logicalId: string;
  /** The resource before the operation, of a step that takes it back there. */
  readonly before?: ResourceModel;
}

export interface StackStepOptions extends ResourceCallsOptions {
  readonly transaction: Transaction;
  readonly decide: Decide;
}

/** A step's calls, with what the engine's own types, which are rows of its own, need beside. */
export class StackStepCalls extends StepCalls {
  readonly place: StepPlace;
  readonly caller: Caller;
  readonly tx: Transaction<CloudFormationTables>;
  readonly #decide: Decide;

  constructor(options: StackStepOptions, place: StepPlace) {
    super(options);
    this.place = place;
    this.caller = options.as;
    this.tx = options.transaction.tables<CloudFormationTables>();
    this.#decide = options.decide;
  }

  /** Decides what a call of AWS's handler needs. Rejects with the refusal, an AwsError. */
  async requireAllowed(call: NeededCall): Promise<void> {
    const [service = "", operation = ""] = call[0].action.split(":");
    const { caller: as, region, tx } = this;
    const named = { service, operation, as, region, userAgent: CLOUDFORMATION };
    await this.ofService(service, (requestId) =>
      this.#decide(call, { ...named, requestId, transaction: tx.tables() }),
    );
  }
}

/** The pairs that one call of AWS's handler needs. The first names the call. */
export type NeededCall = readonly [Authorization, ...Authorization[]];

type Needed = readonly NeededCall[] | Promise<readonly NeededCall[]>;

/**
 * The calls that AWS's handlers of the type would make in the caller's name, of which the server
 * has no operation that could decide them. Source: the types' schemas, `handlers.permissions`, as
 * far as the work that is done here needs them.
 */
export interface HandlerPermissions {
  create(want: ResourceModel, call: StackStepCalls): Needed;
  read(model: ResourceModel, call: StackStepCalls): Needed;
  update(
    model: ResourceModel,
    was: ResourceModel,
    want: ResourceModel,
    call: StackStepCalls,
  ): Needed;
  delete(model: ResourceModel, call: StackStepCalls): Needed;
}

/** The handlers of a type. */
export interface TypeHandlers {
  readonly schema: ResourceSchema;
  readonly naming?: Naming;
  /** See ResourceType. */
  readonly secretAttributes?: readonly string[];
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

/**
 * A type of resource that is the engine's own. No operation decides on its work, so it declares
 * what must be allowed to the operation's caller, or why it needs no permission.
 */
export interface OwnType extends TypeHandlers {
  readonly permissions: HandlerPermissions | { readonly free: string };
}

/**
 * The type with its permissions decided before each piece of work. Work of several steps is decided
 * in its first one, when AWS's handler makes its call.
 */
export function decidedType({ permissions, ...type }: OwnType): TypeHandlers {
  if ("free" in permissions) return type;
  const decided = async (call: StackStepCalls, needed: () => Needed) => {
    if (call.state !== undefined) return;
    for (const each of await needed()) await call.requireAllowed(each);
  };
  return {
    ...type,
    async create(want, call) {
      await decided(call, () => permissions.create(want, call));
      return type.create(want, call);
    },
    async read(model, call) {
      await decided(call, () => permissions.read(model, call));
      return type.read(model, call);
    },
    async update(model, was, want, call) {
      await decided(call, () => permissions.update(model, was, want, call));
      return type.update(model, was, want, call);
    },
    async delete(model, call) {
      await decided(call, () => permissions.delete(model, call));
      return type.delete(model, call);
    },
  };
}
