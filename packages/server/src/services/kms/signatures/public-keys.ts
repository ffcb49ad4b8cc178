import { createPublicKey, diffieHellman, type KeyObject } from "node:crypto";
import type * as kms from "@aws-sdk/client-kms";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import { keyOperation, requireUsable } from "../access/key-operation.ts";
import { requireUsage } from "../access/key-usage.ts";
import { privateKeyOf, publicKeyBytes } from "../ciphertext/key-pairs.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { notForKey, refuseRecipient, validation } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import { isPair, namedAlgorithms, namedSpec } from "../key-spec.ts";
import type { KmsTables } from "../tables.ts";

/** GetPublicKey, DeriveSharedSecret. */
export function publicKeyOperations({ materials, uses }: KmsDependencies): OperationTable {
  return defineOperations<typeof kms>()({
    GetPublicKey: keyOperation(
      "GetPublicKey",
      {
        takesAlias: true,
        crossAccount: true,
        asked: ({ GrantTokens: grantTokens }) => ({ grantTokens }),
      },
      async (key, _input, context) => {
        const { key_spec: KeySpec, key_usage: KeyUsage } = key;
        if (!isPair(KeySpec)) throw notForKey(keyArn(key), `key spec is ${KeySpec}`);
        requireUsable(key);
        const material = await materials.current(key, context.db<KmsTables>());
        return {
          KeyId: keyArn(key),
          PublicKey: publicKeyBytes(privateKeyOf(material)),
          ...namedSpec(KeySpec),
          KeyUsage,
          ...namedAlgorithms(key),
        };
      },
    ),
    DeriveSharedSecret: keyOperation(
      "DeriveSharedSecret",
      {
        takesAlias: true,
        crossAccount: true,
        asked: ({ KeyAgreementAlgorithm, GrantTokens: grantTokens }) => {
          return { keys: { "kms:keyagreementalgorithm": KeyAgreementAlgorithm }, grantTokens };
        },
      },
      async (key, input, context) => {
        const { KeyAgreementAlgorithm, PublicKey } = input;
        requireUsable(key);
        requireUsage("DeriveSharedSecret", key, "KEY_AGREEMENT", KeyAgreementAlgorithm);
        refuseRecipient(input.Recipient);
        const material = await materials.current(key, context.db<KmsTables>());
        const SharedSecret = sharedSecret(privateKeyOf(material), PublicKey);
        uses.done("DeriveSharedSecret", key, input, context);
        return { KeyId: keyArn(key), SharedSecret, KeyAgreementAlgorithm, KeyOrigin: key.origin };
      },
    ),
  });
}

/** Throws ValidationException for what is no public key of the same curve. */
function sharedSecret(privateKey: KeyObject, bytes: Uint8Array): Buffer {
  try {
    const key = Buffer.from(bytes);
    const publicKey = createPublicKey({ key, type: "spki", format: "der" });
    return diffieHellman({ privateKey, publicKey });
  } catch {
    // OpenSSL throws whatever the reason is: no DER, no point of the curve, another curve. KMS
    // doesn't say either.
    throw validation("");
  }
}
