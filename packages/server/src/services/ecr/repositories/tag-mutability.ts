import { invalidParameter } from "../errors.ts";

interface MutabilityInput {
  readonly imageTagMutability?: string | undefined;
  readonly imageTagMutabilityExclusionFilters?: readonly object[] | undefined;
}

/** The columns of a mutability. Throws InvalidParameterException. */
export function readMutability(input: MutabilityInput) {
  const { imageTagMutability = "MUTABLE", imageTagMutabilityExclusionFilters: filters } = input;
  if (imageTagMutability.endsWith("_WITH_EXCLUSION") !== (filters !== undefined))
    throw invalidParameter(
      "imageTagMutabilityExclusionFilters",
      "Exclusion filters are for a mutability with exclusions, which needs them",
    );
  return { tag_mutability: imageTagMutability, mutability_filters: JSON.stringify(filters ?? []) };
}
