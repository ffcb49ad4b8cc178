import { createHash, type KeyObject, verify } from "node:crypto";
import type * as kms from "@aws-sdk/client-kms";
import type { ContextEntries } from "../../../kernel/authorization.ts";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { ownValue } from "../../../kernel/own-value.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { TurnQueue } from "../../../kernel/work/turns.ts";
import { type KeyOperationTraits, keyOperation, requireUsable } from "../access/key-operation.ts";
import { requireUsage } from "../access/key-usage.ts";
import { privateKeyOf } from "../ciphertext/key-pairs.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { invalidSignature, notBuilt, validation } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import type { KeyRow, KmsTables } from "../tables.ts";
import { type Scheme, signDigest, verifyDigest } from "./digest-signatures.ts";
import { DIGEST_BYTES, type Hash } from "./hashes.ts";
import { signMessage } from "./message-signatures.ts";

/** The one algorithm that takes messages alone. */
const ED25519 = "ED25519_SHA_512";

const SCHEMES: Readonly<Record<string, readonly [scheme: Scheme, hash: Hash]>> = {
  RSASSA_PKCS1_V1_5_SHA_256: ["pkcs1", "sha256"],
  RSASSA_PKCS1_V1_5_SHA_384: ["pkcs1", "sha384"],
  RSASSA_PKCS1_V1_5_SHA_512: ["pkcs1", "sha512"],
  RSASSA_PSS_SHA_256: ["pss", "sha256"],
  RSASSA_PSS_SHA_384: ["pss", "sha384"],
  RSASSA_PSS_SHA_512: ["pss", "sha512"],
  ECDSA_SHA_256: ["ecdsa", "sha256"],
  ECDSA_SHA_384: ["ecdsa", "sha384"],
  ECDSA_SHA_512: ["ecdsa", "sha512"],
};

interface SigningInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly MessageType?: kms.MessageType | undefined;
  readonly SigningAlgorithm: kms.SigningAlgorithmSpec;
  readonly GrantTokens?: readonly string[] | undefined;
}

function signing<Input extends SigningInput>(): KeyOperationTraits<Input> {
  return {
    takesAlias: true,
    crossAccount: true,
    asked: ({ SigningAlgorithm, MessageType = "RAW", GrantTokens: grantTokens }) => {
      const keys: ContextEntries = {
        "kms:signingalgorithm": SigningAlgorithm,
        "kms:messagetype": MessageType,
      };
      return { keys, grantTokens };
    },
  };
}

/** Sign, Verify. */
export function signingOperations({ materials, uses }: KmsDependencies): OperationTable {
  // A digest takes some milliseconds of the thread that serves requests.
  const digests = new TurnQueue();
  const signatureOf = async (key: KeyObject, input: SigningInput): Promise<Uint8Array> => {
    const { MessageType = "RAW", SigningAlgorithm } = input;
    if (SigningAlgorithm === ED25519) return signMessage(key, undefined, wholeMessage(input));
    const [scheme, hash] = schemeOf(SigningAlgorithm);
    if (MessageType === "RAW") return signMessage(key, [scheme, hash], input.Message);
    const digest = digestOf(input, hash);
    await digests.next();
    return signDigest(key, scheme, hash, digest);
  };
  const materialOf = async (
    operation: string,
    key: KeyRow,
    algorithm: string,
    context: RequestContext,
  ): Promise<KeyObject> => {
    requireUsable(key);
    requireUsage(operation, key, "SIGN_VERIFY", algorithm);
    return privateKeyOf(await materials.current(key, context.db<KmsTables>()));
  };
  return defineOperations<typeof kms>()({
    Sign: keyOperation("Sign", signing(), async (key, input, context) => {
      const { SigningAlgorithm } = input;
      const secret = await materialOf("Sign", key, SigningAlgorithm, context);
      const Signature = await signatureOf(secret, input);
      uses.done("Sign", key, input, context);
      return { KeyId: keyArn(key), Signature, SigningAlgorithm };
    }),
    Verify: keyOperation("Verify", signing(), async (key, input, context) => {
      const { SigningAlgorithm, Signature } = input;
      const secret = await materialOf("Verify", key, SigningAlgorithm, context);
      if (!isSignature(secret, input, Signature)) throw invalidSignature();
      uses.done("Verify", key, input, context);
      return { KeyId: keyArn(key), SignatureValid: true, SigningAlgorithm };
    }),
  });
}

function isSignature(key: KeyObject, input: SigningInput, signature: Uint8Array): boolean {
  if (input.SigningAlgorithm === ED25519) return verify(null, wholeMessage(input), key, signature);
  const [scheme, hash] = schemeOf(input.SigningAlgorithm);
  return verifyDigest(key, scheme, hash, digestOf(input, hash), signature);
}

/** Throws UnsupportedOperationException for an algorithm that isn't built. */
function schemeOf(algorithm: string): readonly [Scheme, Hash] {
  const scheme = ownValue(SCHEMES, algorithm);
  if (!scheme) throw notBuilt(`SigningAlgorithm ${algorithm}`);
  return scheme;
}

/** Throws ValidationException for a digest of another length. */
function digestOf({ Message, MessageType, SigningAlgorithm }: SigningInput, hash: Hash): Buffer {
  if (MessageType === "EXTERNAL_MU") throw wrongType(MessageType, SigningAlgorithm);
  if (MessageType !== "DIGEST") return createHash(hash).update(Message).digest();
  if (Message.length !== DIGEST_BYTES[hash])
    throw validation(`Digest is invalid length for algorithm ${SigningAlgorithm}.`);
  return Buffer.from(Message);
}

/** Throws ValidationException. */
function wholeMessage({ Message, MessageType = "RAW", SigningAlgorithm }: SigningInput) {
  if (MessageType !== "RAW") throw wrongType(MessageType, SigningAlgorithm);
  return Message;
}

function wrongType(type: string, algorithm: string) {
  return validation(`MessageType ${type} is not valid for algorithm ${algorithm}.`);
}
