import { createHmac, timingSafeEqual } from "node:crypto";
import type * as kms from "@aws-sdk/client-kms";
import { defineOperations, type OperationTable } from "../../../kernel/operations.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type KeyOperationTraits, keyOperation, requireUsable } from "../access/key-operation.ts";
import { requireUsage } from "../access/key-usage.ts";
import type { KmsDependencies } from "../dependencies.ts";
import { invalidMac } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import type { KeyRow, KmsTables } from "../tables.ts";

const HASHES: Readonly<Record<kms.MacAlgorithmSpec, string>> = {
  HMAC_SHA_224: "sha224",
  HMAC_SHA_256: "sha256",
  HMAC_SHA_384: "sha384",
  HMAC_SHA_512: "sha512",
};

interface MacInput {
  readonly KeyId: string;
  readonly Message: Uint8Array;
  readonly MacAlgorithm: kms.MacAlgorithmSpec;
  readonly GrantTokens?: readonly string[] | undefined;
}

function macTraits<Input extends MacInput>(): KeyOperationTraits<Input> {
  return {
    takesAlias: true,
    crossAccount: true,
    asked: ({ MacAlgorithm, GrantTokens: grantTokens }) => {
      return { keys: { "kms:macalgorithm": MacAlgorithm }, grantTokens };
    },
  };
}

/** GenerateMac, VerifyMac. */
export function macOperations({ materials, uses }: KmsDependencies): OperationTable {
  const macOf = async (
    operation: string,
    key: KeyRow,
    { Message, MacAlgorithm }: MacInput,
    context: RequestContext,
  ): Promise<Buffer> => {
    requireUsable(key);
    requireUsage(operation, key, "GENERATE_VERIFY_MAC", MacAlgorithm);
    const { bytes } = await materials.current(key, context.db<KmsTables>());
    return createHmac(HASHES[MacAlgorithm], bytes).update(Message).digest();
  };
  return defineOperations<typeof kms>()({
    GenerateMac: keyOperation("GenerateMac", macTraits(), async (key, input, context) => {
      const Mac = await macOf("GenerateMac", key, input, context);
      uses.done("GenerateMac", key, input, context);
      return { Mac, MacAlgorithm: input.MacAlgorithm, KeyId: keyArn(key) };
    }),
    VerifyMac: keyOperation("VerifyMac", macTraits(), async (key, input, context) => {
      const mac = await macOf("VerifyMac", key, input, context);
      const isSame = mac.length === input.Mac.length && timingSafeEqual(mac, input.Mac);
      if (!isSame) throw invalidMac();
      uses.done("VerifyMac", key, input, context);
      return { KeyId: keyArn(key), MacValid: true, MacAlgorithm: input.MacAlgorithm };
    }),
  });
}
