import type { Value } from "../document/value.ts";
import type { Evaluation } from "../evaluate/evaluation.ts";
import { eachReference, type Reference } from "../functions/references.ts";
import type { ChangeDetail, ResourceChange } from "./resource-change.ts";

/** A reason for a change, without the place that changes. */
export type Cause = Omit<ChangeDetail, "Target">;

interface Changes {
  readonly after: Evaluation;
  readonly includeValues: boolean;
  readonly changes: ReadonlyMap<string, ResourceChange>;
  readonly changedParameters: ReadonlySet<string>;
}

/**
 * The parameters and resources in a value that change, each once, on the branches that hold. A
 * Ref to a resource that stays gives what it gave; an attribute of it may have another value,
 * which change sets with values don't expect.
 */
export function causesIn(value: Value, changes: Changes): readonly Cause[] {
  const causes = new Map<string, Cause>();
  const branches = (condition: string) => changes.after.condition(condition, "Fn::If");
  eachReference(value, branches, (reference) => {
    const cause = causeOf(reference, changes);
    if (cause?.CausingEntity !== undefined) causes.set(cause.CausingEntity, cause);
  });
  return [...causes.values()];
}

function causeOf(
  reference: Reference,
  { changes, changedParameters, includeValues }: Changes,
): Cause | undefined {
  const { kind, name } = reference;
  if (kind === "Ref" && changedParameters.has(name))
    return { ChangeSource: "ParameterReference", Evaluation: "Static", CausingEntity: name };
  const change = changes.get(name);
  if (change?.Action !== "Modify") return undefined;
  const isKept = change.Replacement === "False";
  if (isKept && (kind === "Ref" || includeValues)) return undefined;
  const Evaluation = change.Replacement === "True" ? "Static" : "Dynamic";
  if (kind === "GetAtt") {
    const CausingEntity = `${name}.${reference.attribute}`;
    return { ChangeSource: "ResourceAttribute", Evaluation, CausingEntity };
  }
  return { ChangeSource: "ResourceReference", Evaluation, CausingEntity: name };
}
