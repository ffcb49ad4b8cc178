import type * as kms from "@aws-sdk/client-kms";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
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
import type { KeyRow } from "../tables.ts";
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

interface PairInput extends ContextInput {
  readonly DryRun?: boolean | undefined;
  readonly KeyPairSpec: kms.DataKeyPairSpec;
  readonly Recipient?: kms.RecipientInfo | undefined;
}

/**
 * GenerateDataKey, GenerateDataKeyPair, both without plaintext too, and GenerateRandom.
 */
export function dataKeyOperations({ ids, materials }: KmsDependencies): OperationTable {
  const newPair = async (key: KeyRow, input: PairInput, context: RequestContext) => {
    requireUsable(key);
    refuseRecipient(input.Recipient);
    endDryRun(input.DryRun);
    const { EncryptionContext: pairs, KeyPairSpec } = input;
    const { privateKey, publicKey } = await generatePair(KeyPairSpec);
    const answer = {
      PrivateKeyCiphertextBlob: await encryptWith(key, privateKey, pairs, context, materials),
      PublicKey: publicKey,
      KeyId: keyArn(key),
      KeyPairSpec,
      KeyMaterialId: key.material_id,
    };
    return { privateKey, answer };
  };
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
        const { privateKey, answer } = await newPair(key, input, context);
        return { ...answer, PrivateKeyPlaintext: privateKey };
      },
    ),
    GenerateDataKeyPairWithoutPlaintext: keyOperation(
      "GenerateDataKeyPairWithoutPlaintext",
      encrypting(),
      async (key, input, context) => (await newPair(key, input, context)).answer,
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
