import type * as kms from "@aws-sdk/client-kms";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import type { Ids } from "../../../kernel/ids.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { cryptographyKeys } from "../access/condition-keys.ts";
import { onEverything } from "../access/key-authorization.ts";
import { type KeyOperationTraits, keyOperation } from "../access/key-operation.ts";
import type { EncryptionContext } from "../ciphertext/ciphertext-blob.ts";
import { generatePair } from "../ciphertext/key-pairs.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { notBuilt, refuseRecipient, validation } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import type { KeyRow } from "../tables.ts";
import { checkManner, encryptWith } from "./ciphertexts.ts";

const SPEC_BYTES = { AES_128: 16, AES_256: 32 } as const;

interface DataKeyLength {
  readonly KeySpec?: kms.DataKeySpec | undefined;
  readonly NumberOfBytes?: number | undefined;
}

interface ContextInput {
  readonly KeyId: string;
  readonly EncryptionContext?: EncryptionContext | undefined;
  readonly GrantTokens?: readonly string[] | undefined;
}

/** Traits of operations that encrypt under a key; `more` gives their further condition keys. */
function encrypting<Input extends ContextInput>(
  more: (input: Input) => ContextEntries = () => ({}),
): KeyOperationTraits<Input> {
  return {
    takesAlias: true,
    crossAccount: true,
    asked: (input) => {
      const { EncryptionContext: encryptionContext, GrantTokens: grantTokens } = input;
      const keys = { ...cryptographyKeys(encryptionContext), ...more(input) };
      return { encryptionContext, grantTokens, keys };
    },
  };
}

function pairKeys({ KeyPairSpec }: PairInput): ContextEntries {
  return { "kms:datakeypairspec": KeyPairSpec };
}

interface KeyInput extends ContextInput, DataKeyLength {
  readonly DryRun?: boolean | undefined;
}

interface PairInput extends ContextInput {
  readonly DryRun?: boolean | undefined;
  readonly KeyPairSpec: kms.DataKeyPairSpec;
  readonly Recipient?: kms.RecipientInfo | undefined;
}

/**
 * GenerateDataKey, GenerateDataKeyPair, both without plaintext too, and GenerateRandom.
 */
export function dataKeyOperations({ ids, materials, uses }: KmsDependencies): OperationTable {
  const sealed = async (
    operation: string,
    key: KeyRow,
    secret: Uint8Array,
    { EncryptionContext: encryptionContext }: ContextInput,
    context: RequestContext,
  ) => {
    const manner = { operation, encryptionContext };
    const blob = await encryptWith(key, secret, manner, context, materials);
    return { blob, KeyId: keyArn(key), KeyMaterialId: key.material_id };
  };
  const newKey = async (
    operation: string,
    key: KeyRow,
    input: KeyInput,
    context: RequestContext,
  ) => {
    const Plaintext = newDataKey(input, ids);
    const { blob, ...facts } = await sealed(operation, key, Plaintext, input, context);
    uses.done(operation, key, input, context);
    return { Plaintext, answer: { CiphertextBlob: blob, ...facts } };
  };
  const newPair = async (
    operation: string,
    key: KeyRow,
    input: PairInput,
    context: RequestContext,
  ) => {
    refuseRecipient(input.Recipient);
    const { KeyPairSpec, EncryptionContext: encryptionContext } = input;
    // A pair takes its time: none is made for a key that will refuse it.
    checkManner(key, { operation, encryptionContext });
    const { privateKey, publicKey } = await generatePair(KeyPairSpec);
    const { blob, ...facts } = await sealed(operation, key, privateKey, input, context);
    uses.done(operation, key, input, context);
    const answer = {
      PrivateKeyCiphertextBlob: blob,
      PublicKey: publicKey,
      KeyPairSpec,
      ...facts,
    };
    return { privateKey, answer };
  };
  return defineOperations<typeof kms>()({
    GenerateDataKey: keyOperation("GenerateDataKey", encrypting(), async (key, input, context) => {
      refuseRecipient(input.Recipient);
      const { Plaintext, answer } = await newKey("GenerateDataKey", key, input, context);
      return { ...answer, Plaintext };
    }),
    GenerateDataKeyWithoutPlaintext: keyOperation(
      "GenerateDataKeyWithoutPlaintext",
      encrypting(),
      async (key, input, context) =>
        (await newKey("GenerateDataKeyWithoutPlaintext", key, input, context)).answer,
    ),
    GenerateDataKeyPair: keyOperation(
      "GenerateDataKeyPair",
      encrypting(pairKeys),
      async (key, input, context) => {
        const made = await newPair("GenerateDataKeyPair", key, input, context);
        return { ...made.answer, PrivateKeyPlaintext: made.privateKey };
      },
    ),
    GenerateDataKeyPairWithoutPlaintext: keyOperation(
      "GenerateDataKeyPairWithoutPlaintext",
      encrypting(pairKeys),
      async (key, input, context) =>
        (await newPair("GenerateDataKeyPairWithoutPlaintext", key, input, context)).answer,
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
function newDataKey({ KeySpec, NumberOfBytes }: DataKeyLength, ids: Ids): Uint8Array {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw validation("Please specify either number of bytes or key spec.");
  return ids.bytes(NumberOfBytes ?? SPEC_BYTES[KeySpec ?? "AES_256"]);
}
