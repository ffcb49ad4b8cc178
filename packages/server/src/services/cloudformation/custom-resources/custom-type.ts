import { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import {
  type Property,
  ResourceError,
  type ResourceModel,
  type Step,
} from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { OwnType, StackStepCalls } from "../types/own-type.ts";
import { answering } from "./answering.ts";
import { type OutsideDependencies, outsideInvoke, outsideStep } from "./outside-step.ts";
import { required, text } from "./properties.ts";
import { callerOfProvider, callsOfProvider } from "./provider-session.ts";
import { serviceTimeoutMs } from "./service-timeout.ts";
import { customPermissions } from "./service-token.ts";

/** A custom resource as its provider's function makes it: with the function's permissions. */
export interface NativeProvider {
  readonly typeName: string;
  /** Its properties beside ServiceToken. */
  readonly properties: Readonly<Record<string, Property>>;
  /**
   * Given, its calls are those that a template names: requests of their own, outside the step's
   * transaction, which have so long together. Left out, they are part of the step.
   */
  readonly outsideMsMax?: number;
  /** Resolves to what the answer has: Data, and PhysicalResourceId if it chooses one. */
  create?(want: ResourceModel, calls: StepCalls, logicalId: string): Promise<ResourceModel>;
  update?(
    model: ResourceModel,
    was: ResourceModel,
    want: ResourceModel,
    calls: StepCalls,
  ): Promise<ResourceModel>;
  /** Resolves to false while there is more to do. */
  delete?(model: ResourceModel, calls: StepCalls): Promise<boolean>;
}

/** The type of a custom resource that needs no function to run. */
export function customType(
  provider: NativeProvider,
  deps: EngineDependencies & OutsideDependencies,
): OwnType {
  const { typeName, properties, outsideMsMax } = provider;
  const perform = <Value>(
    given: ResourceModel,
    model: ResourceModel | undefined,
    work: (calls: StepCalls) => Promise<Value>,
    call: StackStepCalls,
    done: (value: Value) => Step,
  ): Promise<Step> => {
    if (outsideMsMax === undefined)
      return answering(call, async () =>
        done(await work(await callsOfProvider(given, call, deps))),
      );
    const timeoutMs = Math.min(serviceTimeoutMs(given), outsideMsMax);
    const prepare = async () => {
      const calls = await callsOutside(given, call, deps);
      return () => work(calls);
    };
    return outsideStep({ timeoutMs, model, prepare, done }, call, deps);
  };
  return {
    schema: {
      typeName,
      properties: { ServiceToken: required(text), ...properties },
      types: {},
      attributes: { PhysicalResourceId: text },
      primaryIdentifier: ["PhysicalResourceId"],
      ref: ["PhysicalResourceId"],
      writeOnly: [],
    },
    permissions: customPermissions,
    create(want, call) {
      const work = async (calls: StepCalls) => provider.create?.(want, calls, call.place.logicalId);
      return perform(want, undefined, work, call, (made) => {
        const model = { ...want, PhysicalResourceId: call.token, ...made };
        return { kind: "done", model };
      });
    },
    // AWS doesn't look at custom resources either: there is no drift to detect.
    read: async (model) => model,
    async update(model, was, want, call) {
      if (was.ServiceToken !== want.ServiceToken)
        throw new ResourceError("InvalidRequest", "Modifying service token is not allowed.");
      const work = async (calls: StepCalls) => provider.update?.(model, was, want, calls);
      return perform(want, model, work, call, (made) => ({
        kind: "done",
        model: { ...model, ...want, ...made },
      }));
    },
    delete(model, call) {
      const work = async (calls: StepCalls) => provider.delete?.(model, calls);
      return perform(model, model, work, call, (isDone) =>
        isDone === false ? { kind: "wait", ms: 0, state: {}, model } : { kind: "done", model },
      );
    },
  };
}

/** A provider's calls as requests of their own; what a template may not name is refused. */
async function callsOutside(
  given: ResourceModel,
  call: StackStepCalls,
  deps: EngineDependencies & OutsideDependencies,
): Promise<StepCalls> {
  const as = await callerOfProvider(given, call, deps);
  const outside = outsideInvoke(call, deps);
  const invoke: typeof outside = (service, operation, input, options) =>
    outside(service, operation, input, { ...options, isNamedByCaller: true });
  const { ids } = deps;
  const { region, token, baseUrl } = call;
  return new StepCalls({ invoke, ids, as, region, token, baseUrl });
}
