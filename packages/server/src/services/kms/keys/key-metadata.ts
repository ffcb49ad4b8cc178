import type { KeyMetadata } from "@aws-sdk/client-kms";
import { keyArn } from "../key-name.ts";
import type { KeyRow } from "../tables.ts";

/** The answer of CreateKey and DescribeKey. */
export function keyMetadata(key: KeyRow): KeyMetadata {
  return {
    AWSAccountId: key.account_id,
    KeyId: key.key_id,
    Arn: keyArn(key),
    CreationDate: new Date(key.created_ms),
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: "ENCRYPT_DECRYPT",
    KeyState: key.state,
    Origin: "AWS_KMS",
    KeyManager: key.key_manager,
    CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
    KeySpec: "SYMMETRIC_DEFAULT",
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    MultiRegion: false,
    CurrentKeyMaterialId: key.material_id,
    ...(key.deletion_ms === null ? {} : { DeletionDate: new Date(key.deletion_ms) }),
  };
}
