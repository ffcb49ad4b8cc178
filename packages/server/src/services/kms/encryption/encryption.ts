import type * as kms from "@aws-sdk/client-kms";
import { defineOperations, type OperationTable, withSubject } from "../../../kernel/operations.ts";
import { cryptographyKeys } from "../access/condition-keys.ts";
import { onKey } from "../access/key-authorization.ts";
import { keyOperation, missing, onNothing } from "../access/key-operation.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { refuseRecipient } from "../errors.ts";
import { keyArn, readKeyName } from "../key-name.ts";
import { isSymmetric } from "../key-spec.ts";
import { findKey } from "../rows/keys.ts";
import type { KeyRow } from "../tables.ts";
import { findSource, onSource } from "./blob-keys.ts";
import { decryptWith, encryptWith, requireBytes, SYMMETRIC } from "./ciphertexts.ts";

/** Encrypt, Decrypt, ReEncrypt. */
export function encryptionOperations({ materials, uses }: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    Encrypt: keyOperation(
      "Encrypt",
      {
        takesAlias: true,
        crossAccount: true,
        asked: ({ EncryptionContext: encryptionContext, EncryptionAlgorithm, GrantTokens }) => {
          const keys = cryptographyKeys(encryptionContext, EncryptionAlgorithm);
          return { encryptionContext, grantTokens: GrantTokens, keys };
        },
      },
      async (key, input, context) => {
        const { Plaintext, EncryptionContext: encryptionContext } = input;
        const EncryptionAlgorithm = input.EncryptionAlgorithm ?? SYMMETRIC;
        const manner = { operation: "Encrypt", algorithm: EncryptionAlgorithm, encryptionContext };
        const CiphertextBlob = await encryptWith(key, Plaintext, manner, context, materials);
        uses.done("Encrypt", key, input, context);
        return { CiphertextBlob, KeyId: keyArn(key), EncryptionAlgorithm };
      },
    ),
    Decrypt: withSubject({
      authorize: async (input, context) => {
        const { CiphertextBlob: bytes, KeyId: keyId } = input;
        const source = await findSource({ bytes, keyId }, context);
        const asked = {
          encryptionContext: input.EncryptionContext,
          algorithm: input.EncryptionAlgorithm,
          grantTokens: input.GrantTokens,
        };
        return { pairs: await onSource("Decrypt", source, asked, context), subject: source.key };
      },
      handle: async (input, context, key: KeyRow | undefined) => {
        if (!key) throw missing(readKeyName(input.KeyId ?? "", context), context);
        refuseRecipient(input.Recipient);
        const { EncryptionContext: encryptionContext } = input;
        const EncryptionAlgorithm = input.EncryptionAlgorithm ?? SYMMETRIC;
        const bytes = requireBytes(input.CiphertextBlob);
        const manner = { operation: "Decrypt", algorithm: EncryptionAlgorithm, encryptionContext };
        const { plaintext, materialId } = await decryptWith(key, bytes, manner, context, materials);
        uses.done("Decrypt", key, input, context);
        return {
          KeyId: keyArn(key),
          Plaintext: plaintext,
          EncryptionAlgorithm,
          KeyMaterialId: materialId,
        };
      },
    }),
    ReEncrypt: withSubject({
      authorize: async (input, context) => {
        const { CiphertextBlob: bytes, SourceKeyId: keyId, GrantTokens: grantTokens } = input;
        const source = await findSource({ bytes, keyId }, context);
        const target = readKeyName(input.DestinationKeyId, context);
        const to = await findKey(target, context);
        const keys = { "kms:reencryptonsamekey": String(to?.key_id === source.key?.key_id) };
        const reading = await onSource(
          "ReEncryptFrom",
          source,
          {
            encryptionContext: input.SourceEncryptionContext,
            algorithm: input.SourceEncryptionAlgorithm,
            grantTokens,
            keys,
          },
          context,
        );
        if (!to) {
          const pairs = [reading, onNothing("ReEncryptTo", target, context)];
          return { pairs, subject: undefined };
        }
        const encryptionContext = input.DestinationEncryptionContext;
        const writing = await onKey("ReEncryptTo", to, context, {
          encryptionContext,
          grantTokens,
          keys: {
            ...cryptographyKeys(encryptionContext, input.DestinationEncryptionAlgorithm),
            "kms:requestalias": target.alias,
            ...keys,
          },
        });
        return { pairs: [reading, writing], subject: source.key && { from: source.key, to } };
      },
      handle: async (input, context, keys: { from: KeyRow; to: KeyRow } | undefined) => {
        if (!keys) throw missing(readKeyName(input.DestinationKeyId, context), context);
        const { from, to } = keys;
        const SourceEncryptionAlgorithm = input.SourceEncryptionAlgorithm ?? SYMMETRIC;
        const DestinationEncryptionAlgorithm = input.DestinationEncryptionAlgorithm ?? SYMMETRIC;
        const reading = {
          operation: "ReEncryptFrom",
          algorithm: SourceEncryptionAlgorithm,
          encryptionContext: input.SourceEncryptionContext,
        };
        const writing = {
          operation: "ReEncryptTo",
          algorithm: DestinationEncryptionAlgorithm,
          encryptionContext: input.DestinationEncryptionContext,
        };
        const bytes = requireBytes(input.CiphertextBlob);
        const before = await decryptWith(from, bytes, reading, context, materials);
        const after = await encryptWith(to, before.plaintext, writing, context, materials);
        for (const key of [from, to]) uses.done("ReEncrypt", key, input, context);
        return {
          CiphertextBlob: after,
          SourceKeyId: keyArn(from),
          KeyId: keyArn(to),
          SourceEncryptionAlgorithm,
          DestinationEncryptionAlgorithm,
          SourceKeyMaterialId: before.materialId,
          DestinationKeyMaterialId: isSymmetric(to) ? to.material_id : undefined,
        };
      },
    }),
  });
}
