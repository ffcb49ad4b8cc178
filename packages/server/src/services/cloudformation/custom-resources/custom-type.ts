import { AwsError } from "../../../kernel/aws-error.ts";
import type { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import { type Property, ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import type { EngineDependencies } from "../dependencies.ts";
import type { OwnType, StackStepCalls } from "../types/own-type.ts";
import { required, text } from "./properties.ts";
import { callsOfProvider } from "./provider-session.ts";

/** A custom resource as its provider's function makes it: with the function's permissions. */
export interface NativeProvider {
  readonly typeName: string;
  /** Its properties beside ServiceToken. */
  readonly properties: Readonly<Record<string, Property>>;
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
export function customType(provider: NativeProvider, deps: EngineDependencies): OwnType {
  const { typeName, properties } = provider;
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
    create: (want, call) =>
      answering(call, async () => {
        const PhysicalResourceId = call.token;
        const calls = await callsOfProvider(want, call, deps);
        const made = await provider.create?.(want, calls, call.place.logicalId);
        return { kind: "done", model: { ...want, PhysicalResourceId, ...made } };
      }),
    // AWS doesn't look at custom resources either: there is no drift to detect.
    read: async (model) => model,
    update: (model, was, want, call) =>
      answering(call, async () => {
        if (was.ServiceToken !== want.ServiceToken)
          throw new ResourceError("InvalidRequest", "Modifying service token is not allowed.");
        const calls = await callsOfProvider(want, call, deps);
        const made = await provider.update?.(model, was, want, calls);
        return { kind: "done", model: { ...model, ...want, ...made } };
      }),
    delete: (model, call) =>
      answering(call, async () => {
        const isDone = await provider.delete?.(model, await callsOfProvider(model, call, deps));
        return isDone === false
          ? { kind: "wait", ms: 0, state: {}, model }
          : { kind: "done", model };
      }),
  };
}

/** A refusal is the provider's answer, as CloudFormation shows it. */
export async function answering<T>({ token }: StackStepCalls, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new ResourceError(
      "GeneralServiceException",
      "Received response status [FAILED] from custom resource. Message returned: " +
        `${error.code}: ${error.message} (RequestId: ${token})`,
    );
  }
}
