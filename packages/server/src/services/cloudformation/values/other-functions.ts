import type { MapValue, Template } from "@rolecast/template";
import { validation } from "../errors.ts";

const TYPE = "AWS::Lambda::Function";
const LAYER = "AWS::Lambda::LayerVersion";
const LOG_GROUP = "AWS::Logs::LogGroup";

/**
 * Throws ValidationError where a function isn't the provider of one of these types, and where a
 * layer or a log group isn't such a function's.
 */
export function refuseOtherFunctions(
  { resources }: Template,
  isNative: (typeName: string) => boolean,
): void {
  const all = [...resources.values()];
  const providers = new Set(
    all.filter(({ type }) => isNative(type)).map(({ properties }) => functionOf(properties)),
  );
  const used = new Set(
    all
      .filter(({ type, logicalId }) => type === TYPE && providers.has(logicalId))
      .flatMap(({ properties: { Layers, LoggingConfig } }) => refsIn([Layers, LoggingConfig])),
  );
  const isOther = ({ type, logicalId, properties }: (typeof all)[number]) => {
    if (type === TYPE) return !providers.has(logicalId);
    if (type === LAYER) return !used.has(logicalId);
    // The CDK names a function's log group by the function.
    const named = type === LOG_GROUP ? refsIn(properties.LogGroupName) : [];
    return type === LOG_GROUP && !used.has(logicalId) && !named.some((id) => providers.has(id));
  };
  const others = all.filter(isOther).map(({ logicalId }) => logicalId);
  if (others.length === 0) return;
  throw validation(
    `Rolecast runs no functions. A function (${TYPE}) can only be the provider of a custom ` +
      `resource that Rolecast makes by itself, a layer (${LAYER}) or log group (${LOG_GROUP}) ` +
      `one of such a function's: [${others.join(", ")}]`,
  );
}

/** The logical ids that are referred to anywhere in a value. */
function refsIn(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => (name === "Ref" ? [each] : refsIn(each)));
}

/** The logical id of the function whose ARN the service token is. */
function functionOf({ ServiceToken }: MapValue): unknown {
  const reference = (ServiceToken as MapValue | undefined)?.["Fn::GetAtt"];
  if (typeof reference === "string") return reference.replace(/\.Arn$/, "");
  return Array.isArray(reference) && reference[1] === "Arn" ? reference[0] : undefined;
}
