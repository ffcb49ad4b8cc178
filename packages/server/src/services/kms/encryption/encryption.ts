import type * as kms from "@aws-sdk/client-kms";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { cryptographyKeys } from "../access/condition-keys.ts";
import { onKey } from "../access/key-authorization.ts";
import {
  endDryRun,
  keyOperation,
  missing,
  onNothing,
  requireUsable,
} from "../access/key-operation.ts";
import type { KeyMaterials } from "../ciphertext/key-materials.ts";
import { keyArn, readKeyName } from "../key-name.ts";
import { findKey } from "../rows/keys.ts";
import type { KeyRow } from "../tables.ts";
import { keyOfBlob } from "./blob-keys.ts";
import {
  ALGORITHM,
  checkAlgorithm,
  decryptWith,
  encryptWith,
  refuseRecipient,
  requireBlob,
} from "./ciphertexts.ts";

/** Encrypt, Decrypt, ReEncrypt. */
export function encryptionOperations(materials: KeyMaterials): OperationTable {
  return defineOperations<typeof kms>()({
    Encrypt: keyOperation(
      "Encrypt",
      {
        takesAlias: true,
        crossAccount: true,
        asked: ({ EncryptionContext: encryptionContext, GrantTokens: grantTokens }) => {
          return { encryptionContext, grantTokens, keys: cryptographyKeys(encryptionContext) };
        },
      },
      async (key, input, context) => {
        requireUsable(key);
        checkAlgorithm(input.EncryptionAlgorithm);
        endDryRun(input.DryRun);
        const { Plaintext, EncryptionContext } = input;
        return {
          CiphertextBlob: await encryptWith(key, Plaintext, EncryptionContext, context, materials),
          KeyId: keyArn(key),
          EncryptionAlgorithm: ALGORITHM,
        };
      },
    ),
    Decrypt: withSubject({
      authorize: async (input, context) => {
        const { KeyId: keyId, EncryptionContext: encryptionContext, GrantTokens } = input;
        const blob = requireBlob(input.CiphertextBlob);
        const asked = { blob, keyId, encryptionContext, grantTokens: GrantTokens };
        const { pairs, key } = await keyOfBlob("Decrypt", asked, context);
        return { pairs, subject: key };
      },
      handle: async (input, context, key: KeyRow | undefined) => {
        if (!key) throw missing(readKeyName(input.KeyId ?? "", context), context);
        checkAlgorithm(input.EncryptionAlgorithm);
        refuseRecipient(input.Recipient);
        const blob = requireBlob(input.CiphertextBlob);
        const { EncryptionContext } = input;
        const Plaintext = await decryptWith(key, blob, EncryptionContext, context, materials);
        endDryRun(input.DryRun);
        return {
          KeyId: keyArn(key),
          Plaintext,
          EncryptionAlgorithm: ALGORITHM,
          KeyMaterialId: blob.materialId,
        };
      },
    }),
    ReEncrypt: withSubject({
      authorize: async (input, context) => {
        const blob = requireBlob(input.CiphertextBlob);
        const target = readKeyName(input.DestinationKeyId, context);
        const to = await findKey(target, context);
        const grantTokens = input.GrantTokens;
        const isSame = { "kms:reencryptonsamekey": String(to?.key_id === blob.keyId) };
        const from = await keyOfBlob(
          "ReEncryptFrom",
          {
            blob,
            keyId: input.SourceKeyId,
            encryptionContext: input.SourceEncryptionContext,
            grantTokens,
            keys: isSame,
          },
          context,
        );
        if (!to) {
          const pairs = [from.pairs, onNothing("ReEncryptTo", target, context)];
          return { pairs, subject: undefined };
        }
        const encryptionContext = input.DestinationEncryptionContext;
        const writing = await onKey("ReEncryptTo", to, context, {
          encryptionContext,
          grantTokens,
          keys: {
            ...cryptographyKeys(encryptionContext),
            "kms:requestalias": target.alias,
            ...isSame,
          },
        });
        const subject = from.key && { from: from.key, to };
        return { pairs: [from.pairs, writing], subject };
      },
      handle: async (input, context, keys: { from: KeyRow; to: KeyRow } | undefined) => {
        if (!keys) throw missing(readKeyName(input.DestinationKeyId, context), context);
        const { from, to } = keys;
        checkAlgorithm(input.SourceEncryptionAlgorithm);
        checkAlgorithm(input.DestinationEncryptionAlgorithm);
        requireUsable(to);
        const blob = requireBlob(input.CiphertextBlob);
        const source = input.SourceEncryptionContext;
        const plaintext = await decryptWith(from, blob, source, context, materials);
        endDryRun(input.DryRun);
        const target = input.DestinationEncryptionContext;
        return {
          CiphertextBlob: await encryptWith(to, plaintext, target, context, materials),
          SourceKeyId: keyArn(from),
          KeyId: keyArn(to),
          SourceEncryptionAlgorithm: ALGORITHM,
          DestinationEncryptionAlgorithm: ALGORITHM,
          SourceKeyMaterialId: blob.materialId,
          DestinationKeyMaterialId: to.material_id,
        };
      },
    }),
  });
}
