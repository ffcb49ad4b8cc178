import { invalidKeyUsage } from "../errors.ts";
import { keyArn } from "../key-name.ts";
import { algorithmsOf, type KeyUsage } from "../key-spec.ts";
import type { KeyRow } from "../tables.ts";

/** Throws InvalidKeyUsageException for a key of another usage, or an algorithm of another spec. */
export function requireUsage(
  operation: string,
  key: KeyRow,
  usage: KeyUsage,
  algorithm: string,
): void {
  const { key_spec, key_usage } = key;
  if (key_usage !== usage) {
    const sentence = `key usage is ${key_usage} which is not valid for ${operation}.`;
    throw invalidKeyUsage(`${keyArn(key)} ${sentence}`);
  }
  if (!algorithmsOf(key).includes(algorithm))
    throw invalidKeyUsage(`Algorithm ${algorithm} is incompatible with key spec ${key_spec}.`);
}
