import type { KeyMetadata, MultiRegionKey } from "@aws-sdk/client-kms";
import { keyArn, multiRegionType } from "../key-name.ts";
import { isSymmetric, namedAlgorithms, namedSpec } from "../key-spec.ts";
import { keyStateOf } from "../key-state.ts";
import type { KeyRow } from "../tables.ts";

/** The answer of CreateKey and DescribeKey. `related` has the multi-Region keys of the same id. */
export function keyMetadata(key: KeyRow, related: readonly KeyRow[] = [key]): KeyMetadata {
  const KeyState = keyStateOf(key);
  const isMultiRegion = key.primary_region !== null;
  return {
    AWSAccountId: key.account_id,
    KeyId: key.key_id,
    Arn: keyArn(key),
    CreationDate: new Date(key.created_ms),
    Enabled: KeyState === "Enabled",
    Description: key.description,
    KeyUsage: key.key_usage,
    KeyState,
    Origin: key.origin,
    KeyManager: key.key_manager,
    ...namedSpec(key.key_spec),
    ...namedAlgorithms(key),
    MultiRegion: isMultiRegion,
    ...(isMultiRegion ? { MultiRegionConfiguration: configurationOf(key, related) } : {}),
    ...(isSymmetric(key) && key.material_id !== ""
      ? { CurrentKeyMaterialId: key.material_id }
      : {}),
    ...expirationOf(key),
    ...(key.deletion_ms === null ? {} : { DeletionDate: new Date(key.deletion_ms) }),
    ...(key.deletion_days === null ? {} : { PendingDeletionWindowInDays: key.deletion_days }),
  };
}

function configurationOf(key: KeyRow, related: readonly KeyRow[]) {
  const primary = { ...key, region: key.primary_region ?? key.region };
  const replicas = related.filter((each) => multiRegionType(each) === "REPLICA");
  return {
    MultiRegionKeyType: multiRegionType(key),
    PrimaryKey: placeOf(primary),
    ReplicaKeys: replicas.map(placeOf),
  };
}

function placeOf(key: KeyRow): MultiRegionKey {
  return { Arn: keyArn(key), Region: key.region };
}

/** Only imported material can expire. */
export function expirationOf({ origin, has_material, valid_to_ms }: KeyRow) {
  if (origin !== "EXTERNAL" || !has_material) return {};
  return valid_to_ms === null
    ? { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" as const }
    : { ExpirationModel: "KEY_MATERIAL_EXPIRES" as const, ValidTo: new Date(valid_to_ms) };
}
