import type { Value } from "../document/value.ts";
import type { ResolvedResource } from "../evaluate/evaluation.ts";
import { isSame, shownValue } from "./differences.ts";
import type { ChangeDetail, ChangedAttribute } from "./resource-change.ts";

/** The details of what changes in a resource's declaration beside its properties. */
export function attributeDetails(
  before: ResolvedResource,
  after: ResolvedResource,
  includeValues: boolean,
): readonly ChangeDetail[] {
  const attributes: readonly (readonly [ChangedAttribute, Value | undefined, Value | undefined])[] =
    [
      ["Metadata", before.metadata, after.metadata],
      ["CreationPolicy", before.creationPolicy, after.creationPolicy],
      ["UpdatePolicy", before.updatePolicy, after.updatePolicy],
      ["DeletionPolicy", before.deletionPolicy, after.deletionPolicy],
      ["UpdateReplacePolicy", before.updateReplacePolicy, after.updateReplacePolicy],
    ];
  return attributes
    .filter(([, was, is]) => !isSame(was, is))
    .map(([Attribute, was, is]) => ({
      Target: {
        Attribute,
        RequiresRecreation: "Never",
        ...(includeValues && {
          Path: `/${Attribute}`,
          ...(was !== undefined && { BeforeValue: shownValue(was) }),
          ...(is !== undefined && { AfterValue: shownValue(is) }),
          AttributeChangeType: was === undefined ? "Add" : is === undefined ? "Remove" : "Modify",
        }),
      },
      Evaluation: "Static",
      ChangeSource: "DirectModification",
    }));
}
