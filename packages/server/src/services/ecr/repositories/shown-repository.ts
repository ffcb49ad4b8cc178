import type { ImageTagMutabilityExclusionFilter } from "@aws-sdk/client-ecr";
import { namesOf, repositoryArn } from "../access/repository-access.ts";
import type { RepositoryRow } from "../tables.ts";

/** A repository as answers show it. Nothing here answers at its URI. */
export function shownRepository(row: RepositoryRow) {
  const { account_id, region, name } = row;
  return {
    repositoryArn: repositoryArn(row),
    ...namesOf(row),
    repositoryUri: `${account_id}.dkr.ecr.${region}.amazonaws.com/${name}`,
    createdAt: new Date(row.created_ms),
    ...mutabilityOf(row),
    imageScanningConfiguration: { scanOnPush: row.scan_on_push === 1 },
    encryptionConfiguration: {
      encryptionType: row.encryption_type as "AES256",
      ...(row.kms_key === null ? {} : { kmsKey: row.kms_key }),
    },
  };
}

/** The mutability of tags, and the tags that it isn't for. */
export function mutabilityOf(row: Pick<RepositoryRow, "tag_mutability" | "mutability_filters">) {
  const filters: ImageTagMutabilityExclusionFilter[] = JSON.parse(row.mutability_filters);
  return {
    imageTagMutability: row.tag_mutability as "MUTABLE",
    ...(filters.length > 0 ? { imageTagMutabilityExclusionFilters: filters } : {}),
  };
}
