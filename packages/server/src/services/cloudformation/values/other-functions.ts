import type { MapValue, Template } from "@rolecast/template";
import { validation } from "../errors.ts";

const TYPE = "AWS::Lambda::Function";
const LAYER = "AWS::Lambda::LayerVersion";

/** Throws ValidationError where a function isn't the provider of one of these types. */
export function refuseOtherFunctions(
  { resources }: Template,
  isNative: (typeName: string) => boolean,
): void {
  const all = [...resources.values()];
  const providers = new Set(
    all.filter(({ type }) => isNative(type)).map(({ properties }) => functionOf(properties)),
  );
  const layers = new Set(
    all
      .filter(({ type, logicalId }) => type === TYPE && providers.has(logicalId))
      .flatMap(({ properties }) => layersOf(properties)),
  );
  const others = all
    .filter(
      ({ type, logicalId }) =>
        (type === TYPE && !providers.has(logicalId)) || (type === LAYER && !layers.has(logicalId)),
    )
    .map(({ logicalId }) => logicalId);
  if (others.length === 0) return;
  throw validation(
    `Rolecast runs no functions. A function (${TYPE}) can only be the provider of a custom ` +
      `resource that Rolecast makes by itself, a layer (${LAYER}) one of such a function's: ` +
      `[${others.join(", ")}]`,
  );
}

/** The logical ids of a function's layers. */
function layersOf({ Layers }: MapValue): readonly unknown[] {
  return Array.isArray(Layers) ? Layers.map((layer) => (layer as MapValue | null)?.Ref) : [];
}

/** The logical id of the function whose ARN the service token is. */
function functionOf({ ServiceToken }: MapValue): unknown {
  const reference = (ServiceToken as MapValue | undefined)?.["Fn::GetAtt"];
  if (typeof reference === "string") return reference.replace(/\.Arn$/, "");
  return Array.isArray(reference) && reference[1] === "Arn" ? reference[0] : undefined;
}
