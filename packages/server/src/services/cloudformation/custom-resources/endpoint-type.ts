import { ownValue } from "../../../kernel/own-value.ts";
import { ResourceError, type ResourceModel, type Step } from "../../../kernel/resources.ts";
import type { CloudFormationSettings, EngineDependencies } from "../dependencies.ts";
import { removeSignals, signalsOf } from "../rows/signals.ts";
import type { SignalRow } from "../tables.ts";
import type { OwnType, StackStepCalls } from "../types/own-type.ts";
import { NO_ECHO } from "../values/secrets.ts";
import type { EndpointCalls } from "./endpoint-calls.ts";
import type { KeptResponse } from "./endpoint-responses.ts";
import { optional, required, text } from "./properties.ts";
import { responsePath } from "./response-address.ts";
import { noResponse, serviceTimeoutMs } from "./service-timeout.ts";
import { customPermissions, invocation, ownToken } from "./service-token.ts";

/*
 * Source: CloudFormation user guide, "Custom resource request and response reference".
 */

/** The pause between two looks for a response. */
const LOOK_MS = 200;

export interface EndpointTypeDependencies extends EngineDependencies {
  readonly calls: EndpointCalls;
  readonly sealingKey: Uint8Array;
  readonly address: { readonly publicBaseUrl: string };
  readonly settings: Pick<CloudFormationSettings, "customResources">;
}

interface Asked {
  readonly kind: "Create" | "Update" | "Delete";
  readonly properties: ResourceModel;
  readonly oldProperties?: ResourceModel;
  readonly model?: ResourceModel;
}

interface Waiting {
  readonly endMs: number;
}

/** The type of custom resources that an endpoint makes, which the settings name for its token. */
export function endpointType(typeName: string, deps: EndpointTypeDependencies): OwnType {
  const ask = (asked: Asked, call: StackStepCalls) => askEndpoint(typeName, asked, call, deps);
  return {
    schema: {
      typeName,
      properties: { ServiceToken: required(text), ServiceTimeout: optional(text) },
      isOpen: true,
      types: {},
      attributes: { PhysicalResourceId: text },
      primaryIdentifier: ["PhysicalResourceId"],
      ref: ["PhysicalResourceId"],
      writeOnly: [],
    },
    permissions: {
      ...customPermissions,
      delete: ({ [DECLARED]: declared }) => invocation(declared as ResourceModel),
    },
    create: (properties, call) => ask({ kind: "Create", properties }, call),
    // AWS doesn't look at custom resources either: there is no drift to detect.
    read: async (model) => model,
    async update(model, oldProperties, properties, call) {
      if (oldProperties.ServiceToken !== properties.ServiceToken)
        throw new ResourceError("InvalidRequest", "Modifying service token is not allowed.");
      return ask({ kind: "Update", properties, oldProperties, model }, call);
    },
    delete: (model, call) =>
      ask({ kind: "Delete", properties: model[DECLARED] as ResourceModel, model }, call),
  };
}

/** The member of a model with the properties that it was declared with. */
const DECLARED = "#properties";

async function askEndpoint(
  typeName: string,
  { kind, properties, oldProperties, model }: Asked,
  call: StackStepCalls,
  { calls, clock, sealingKey, address, settings }: EndpointTypeDependencies,
): Promise<Step> {
  const { stack, logicalId } = call.place;
  const requestId = call.token;
  const own = { stack_id: stack.stack_id, logical_id: logicalId };
  const { arn: token } = ownToken(properties, call);
  const url = ownValue(settings.customResources, token);
  if (url === undefined)
    throw new ResourceError(
      "InvalidRequest",
      `The setting customResources has no endpoint for the service token ${token}.`,
    );
  const nowMs = clock.nowMs();
  const state = call.state as unknown as Waiting | undefined;
  const { endMs } = state ?? { endMs: nowMs + serviceTimeoutMs(properties) };
  const signals = state ? await signalsOf(own, call.tx.db) : [];
  const response = signals.find(({ unique_id }) => unique_id === requestId);
  if (!state || response) await removeSignals(own, call.tx.db);
  const resource = `${stack.stack_id} ${logicalId}`;
  const failure = calls.failureOf(resource, requestId);
  if (response || failure !== undefined || nowMs >= endMs) {
    call.tx.afterCommit(() => calls.forget(resource, requestId));
    if (response)
      return {
        kind: "done",
        model: { ...modelOf(response, requestId, model), [DECLARED]: properties },
      };
    if (failure === undefined) throw noResponse(requestId);
    throw new ResourceError("GeneralServiceException", `Failed to call the endpoint: ${failure}`);
  }
  const path = responsePath({ ...own, requestId }, sealingKey);
  const body = JSON.stringify({
    RequestType: kind,
    ResponseURL: `${address.publicBaseUrl}${path}`,
    StackId: stack.stack_id,
    RequestId: requestId,
    ResourceType: typeName,
    LogicalResourceId: logicalId,
    ...(model && { PhysicalResourceId: model.PhysicalResourceId }),
    ServiceToken: token,
    ResourceProperties: asTexts(properties),
    ...(oldProperties && { OldResourceProperties: asTexts(oldProperties) }),
  });
  call.tx.afterCommit(() => calls.send(resource, requestId, url, body));
  return { kind: "wait", ms: LOOK_MS, state: { endMs }, ...(model && { model }) };
}

function modelOf(
  { status, reason, data }: SignalRow,
  requestId: string,
  before: ResourceModel | undefined,
): ResourceModel {
  if (status === "FAILURE")
    throw new ResourceError(
      "GeneralServiceException",
      "Received response status [FAILED] from custom resource. " +
        `Message returned: ${reason} (RequestId: ${requestId})`,
    );
  const {
    PhysicalResourceId = before?.PhysicalResourceId,
    Data,
    NoEcho,
  } = JSON.parse(data) as KeptResponse;
  if (typeof PhysicalResourceId !== "string" || PhysicalResourceId === "")
    throw new ResourceError("InvalidRequest", "Invalid PhysicalResourceId");
  const hidden = NoEcho ? { [NO_ECHO]: Object.keys(Data ?? {}) } : {};
  return { ...Data, ...hidden, PhysicalResourceId };
}

/** Numbers and truth values arrive as text. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value !== "object" || value === null) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asTexts(each)]));
}
