import type * as kms from "@aws-sdk/client-kms";
import {
  defineOperations,
  type OperationHandler,
  type OperationTable,
} from "../../../kernel/operations.ts";
import { keyOperation } from "../access/key-operation.ts";
import { invalidKeyUsage, unsupported } from "../errors.ts";
import { keyArn } from "../key-name.ts";

/**
 * Sign, Verify, GenerateMac, VerifyMac, GetPublicKey: operations of other kinds of keys, which
 * symmetric encryption keys refuse. Other kinds there aren't.
 */
export function otherUsageOperations(): OperationTable {
  return defineOperations<typeof kms>()({
    Sign: refused("Sign"),
    Verify: refused("Verify"),
    GenerateMac: refused("GenerateMac"),
    VerifyMac: refused("VerifyMac"),
    GetPublicKey: keyOperation("GetPublicKey", { takesAlias: true, crossAccount: true }, (key) => {
      throw unsupported(`${keyArn(key)} key spec is SYMMETRIC_DEFAULT, which has no public key.`);
    }),
  });
}

function refused(operation: string): OperationHandler<{ readonly KeyId: string }, never> {
  return keyOperation(operation, { takesAlias: true, crossAccount: true }, (key) => {
    const usage = "key usage is ENCRYPT_DECRYPT which is not valid for";
    throw invalidKeyUsage(`${keyArn(key)} ${usage} ${operation}.`);
  });
}
