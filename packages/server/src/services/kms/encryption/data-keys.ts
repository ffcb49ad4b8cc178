import type * as kms from "@aws-sdk/client-kms";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { cryptographyKeys } from "../access/condition-keys.ts";
import { onEverything } from "../access/key-authorization.ts";
import {
  endDryRun,
  type KeyOperationTraits,
  keyOperation,
  requireUsable,
} from "../access/key-operation.ts";
import type { EncryptionContext } from "../ciphertext/ciphertext-blob.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { notBuilt, validation } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import { encryptWith, refuseRecipient } from "./ciphertexts.ts";
import { generatePair } from "./key-pairs.ts";

const SPEC_BYTES = { AES_128: 16, AES_256: 32 } as const;

interface DataKeyInput {
  readonly KeySpec?: kms.DataKeySpec | undefined;
  readonly NumberOfBytes?: number | undefined;
}

interface ContextInput {
  readonly KeyId: string;
  readonly EncryptionContext?: EncryptionContext | undefined;
  readonly GrantTokens?: readonly string[] | undefined;
}

/** Traits of operations that encrypt under a key. */
function encrypting<Input extends ContextInput>(): KeyOperationTraits<Input> {
  return {
    takesAlias: true,
    crossAccount: true,
    asked: ({ EncryptionContext: encryptionContext, GrantTokens: grantTokens }) => {
      return { encryptionContext, grantTokens, keys: cryptographyKeys(encryptionContext) };
    },
  };
}

/**
 * GenerateDataKey, GenerateDataKeyPair, both without plaintext too, and GenerateRandom.
 */
export function dataKeyOperations({ ids, materials }: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    GenerateDataKey: keyOperation("GenerateDataKey", encrypting(), async (key, input, context) => {
      requireUsable(key);
      refuseRecipient(input.Recipient);
      const Plaintext = newDataKey(input, ids);
      endDryRun(input.DryRun);
      const { EncryptionContext } = input;
      return {
        CiphertextBlob: await encryptWith(key, Plaintext, EncryptionContext, context, materials),
        Plaintext,
        KeyId: keyArn(key),
        KeyMaterialId: key.material_id,
      };
    }),
    GenerateDataKeyWithoutPlaintext: keyOperation(
      "GenerateDataKeyWithoutPlaintext",
      encrypting(),
      async (key, input, context) => {
        requireUsable(key);
        const dataKey = newDataKey(input, ids);
        endDryRun(input.DryRun);
        const { EncryptionContext } = input;
        return {
          CiphertextBlob: await encryptWith(key, dataKey, EncryptionContext, context, materials),
          KeyId: keyArn(key),
          KeyMaterialId: key.material_id,
        };
      },
    ),
    GenerateDataKeyPair: keyOperation(
      "GenerateDataKeyPair",
      encrypting(),
      async (key, input, context) => {
        requireUsable(key);
        refuseRecipient(input.Recipient);
        endDryRun(input.DryRun);
        const { privateKey, publicKey } = await generatePair(input.KeyPairSpec);
        const { EncryptionContext } = input;
        return {
          PrivateKeyCiphertextBlob: await encryptWith(
            key,
            privateKey,
            EncryptionContext,
            context,
            materials,
          ),
          PrivateKeyPlaintext: privateKey,
          PublicKey: publicKey,
          KeyId: keyArn(key),
          KeyPairSpec: input.KeyPairSpec,
          KeyMaterialId: key.material_id,
        };
      },
    ),
    GenerateDataKeyPairWithoutPlaintext: keyOperation(
      "GenerateDataKeyPairWithoutPlaintext",
      encrypting(),
      async (key, input, context) => {
        requireUsable(key);
        endDryRun(input.DryRun);
        const { privateKey, publicKey } = await generatePair(input.KeyPairSpec);
        const { EncryptionContext } = input;
        return {
          PrivateKeyCiphertextBlob: await encryptWith(
            key,
            privateKey,
            EncryptionContext,
            context,
            materials,
          ),
          PublicKey: publicKey,
          KeyId: keyArn(key),
          KeyPairSpec: input.KeyPairSpec,
          KeyMaterialId: key.material_id,
        };
      },
    ),
    GenerateRandom: {
      authorize: () => onEverything("GenerateRandom"),
      handle: (input) => {
        if (input.CustomKeyStoreId !== undefined) throw notBuilt("CustomKeyStoreId");
        refuseRecipient(input.Recipient);
        if (input.NumberOfBytes === undefined) throw validation("NumberOfBytes is required.");
        return { Plaintext: ids.bytes(input.NumberOfBytes) };
      },
    },
  });
}

/** Throws ValidationException unless the request says in one way how long the key is to be. */
function newDataKey({ KeySpec, NumberOfBytes }: DataKeyInput, ids: Ids): Uint8Array {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw validation("Please specify either number of bytes or key spec.");
  return ids.bytes(NumberOfBytes ?? SPEC_BYTES[KeySpec ?? "AES_256"]);
}
