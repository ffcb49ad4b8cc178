import { AwsError } from "../../../kernel/aws-error.ts";
import { UncallableOperationError, UnknownOperationError } from "../../../kernel/invoke.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import { isRegion } from "../../../kernel/regions.ts";
import type { StepCalls } from "../../../kernel/resource-types/resource-calls.ts";
import { ResourceError, type ResourceModel } from "../../../kernel/resources.ts";
import type { NativeProvider } from "./custom-type.ts";
import { optional, text } from "./properties.ts";

/** Names of the SDK's clients that aren't those of our services. */
const SERVICES: Readonly<Record<string, string>> = {
  cloudwatchevents: "events",
  eventbridge: "events",
  ivsrealtime: "ivs-realtime",
};

/** Source: the CDK's `AwsCustomResource`, `timeout`. */
const CALL_MS_MAX = 2 * 60_000;

/** Stands in parameters for the resource's physical id. Source: the CDK's `AwsCustomResource`. */
const PHYSICAL_ID = "PHYSICAL:RESOURCEID:";

/** Source: CloudFormation user guide, "Custom resource response objects". */
const DATA_BYTES_MAX = 4_096;

interface SdkCall {
  readonly service: string;
  readonly action: string;
  readonly parameters?: unknown;
  readonly physicalResourceId?: { readonly id?: string; readonly responsePath?: string };
  readonly outputPaths?: readonly string[];
  readonly ignoreErrorCodesMatching?: string;
  readonly region?: string;
  readonly assumedRoleArn?: string;
  readonly externalId?: string;
}

type Event = "Create" | "Update" | "Delete";

/** The CDK's `AwsCustomResource`: one call of an SDK for each event, by the function's role. */
export const sdkCalls: NativeProvider = {
  typeName: "Custom::AWS",
  properties: {
    Create: optional(text),
    Update: optional(text),
    Delete: optional(text),
    InstallLatestAwsSdk: optional({ kind: "boolean" }),
    ServiceTimeout: optional(text),
  },
  outsideMsMax: CALL_MS_MAX,
  create(want, calls, logicalId) {
    const ids = (["Create", "Update", "Delete"] as const).map(
      (event) => callOf(want, event)?.physicalResourceId?.id,
    );
    return perform(want, "Create", ids.find((id) => id !== undefined) ?? logicalId, calls);
  },
  update: (model, _was, want, calls) =>
    perform(want, "Update", String(model.PhysicalResourceId), calls),
  async delete(model, calls) {
    await perform(model, "Delete", String(model.PhysicalResourceId), calls);
    return true;
  },
};

/** Resolves to what the call answers, by paths with dots, and to the physical id. */
async function perform(
  properties: ResourceModel,
  event: Event,
  before: string,
  calls: StepCalls,
): Promise<ResourceModel> {
  const call = callOf(properties, event, before);
  const physicalId = call?.physicalResourceId?.id ?? before;
  if (!call) return { PhysicalResourceId: physicalId };
  const answer = await answerOf(call, calls);
  const flat = Object.fromEntries(flattened(answer, ""));
  const { responsePath } = call.physicalResourceId ?? {};
  const PhysicalResourceId = responsePath === undefined ? physicalId : ownValue(flat, responsePath);
  if (PhysicalResourceId === undefined)
    throw failed(`Response path ${responsePath} isn't in the answer of ${call.action}.`);
  const { outputPaths } = call;
  const kept = Object.entries(flat).filter(
    ([path]) => outputPaths?.some((start) => path.startsWith(start)) ?? true,
  );
  const data = Object.fromEntries(kept);
  if (Buffer.byteLength(JSON.stringify(data)) > DATA_BYTES_MAX)
    throw failed("Response object is too long.");
  return { ...data, PhysicalResourceId: String(PhysicalResourceId) };
}

function callOf(properties: ResourceModel, event: Event, id?: string): SdkCall | undefined {
  const given = properties[event];
  if (given === undefined || given === "") return undefined;
  const withId = (_name: string, value: unknown) =>
    value === PHYSICAL_ID && id !== undefined ? id : value;
  try {
    return JSON.parse(String(given), withId) as SdkCall;
  } catch (error) {
    if (error instanceof SyntaxError) throw failed(`${event} isn't JSON.`);
    throw error;
  }
}

async function answerOf(call: SdkCall, calls: StepCalls): Promise<unknown> {
  const service = serviceOf(call.service);
  const operation = operationOf(call.action);
  const parameters = (call.parameters ?? {}) as object;
  if (call.assumedRoleArn !== undefined || call.externalId !== undefined)
    throw failed("Rolecast's AwsCustomResource has no assumedRoleArn.");
  const { region = calls.region } = call;
  if (region !== calls.region && !isRegion(region))
    throw failed(`${region} is no Region of the partition ${calls.partition}.`);
  try {
    return await calls.invoke<object>(service, operation, parameters, region);
  } catch (error) {
    if (error instanceof UnknownOperationError)
      throw failed(`Rolecast has no operation ${call.service}:${operation}.`);
    if (error instanceof UncallableOperationError)
      throw failed(`Rolecast's AwsCustomResource can't call ${error.message}.`);
    const ignored = call.ignoreErrorCodesMatching;
    if (error instanceof AwsError && ignored !== undefined && matches(ignored, error.code))
      return {};
    throw error;
  }
}

/** `@aws-sdk/client-access-analyzer`, `AccessAnalyzer` → `accessanalyzer`. */
function serviceOf(client: string): string {
  const name = client
    .replace(/^@aws-sdk\/client-/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");
  return ownValue(SERVICES, name) ?? name;
}

/** `getParameter`, `GetParameterCommand` → `GetParameter`. */
function operationOf(action: string): string {
  const name = action.replace(/Command$/, "");
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * Whether a code is one that the expression lets pass: names joined by `|`, each with anchors or
 * `.*` at its ends. Others could be made to take for ever.
 */
function matches(expression: string, code: string): boolean {
  return expression.split("|").some((each) => {
    const found = /^(\^)?(?:\.\*)?(\w*)(?:\.\*)?(\$)?$/.exec(each);
    if (!found)
      throw failed(`Rolecast's ignoreErrorCodesMatching has names joined by |, not ${expression}`);
    const [, start, name = "", end] = found;
    return start && end && !each.includes(".*") ? code === name : code.includes(name);
  });
}

/** `Parameter.Value` → the value, as Fn::GetAtt names it; lists by their numbers. */
function flattened(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return [];
  if (value instanceof Date) return [[path, value.toISOString()]];
  if (value instanceof Uint8Array) return [[path, Buffer.from(value).toString()]];
  if (typeof value !== "object") return [[path, value]];
  return Object.entries(value).flatMap(([name, each]) =>
    flattened(each, path === "" ? name : `${path}.${name}`),
  );
}

function failed(message: string): ResourceError {
  return new ResourceError(
    "GeneralServiceException",
    `Received response status [FAILED] from custom resource. Message returned: ${message}`,
  );
}
