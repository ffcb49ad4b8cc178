import { createHmac } from "node:crypto";
import { SCOPE_TERMINATOR, type SignedAuthentication } from "../authentication/authentication.ts";
import { MAX_CACHED_SIGNING_KEYS } from "../limits.ts";
import { MacKey } from "./mac-key.ts";

/** Derived keys; all are forgotten when they are too many, which costs four HMACs for each. */
const cache = new Map<string, MacKey>();

/** The key for a day, region and service, derived from the secret as SigV4 says and cached. */
export function signingKey(
  secretAccessKey: string,
  scope: Pick<SignedAuthentication, "date" | "region" | "service">,
): MacKey {
  const id = `${scope.date}/${scope.region}/${scope.service}/${secretAccessKey}`;
  const known = cache.get(id);
  if (known !== undefined) return known;
  const dateKey = hmac(`AWS4${secretAccessKey}`, scope.date);
  const regionKey = hmac(dateKey, scope.region);
  const serviceKey = hmac(regionKey, scope.service);
  const key = new MacKey("sha256", hmac(serviceKey, SCOPE_TERMINATOR));
  if (cache.size >= MAX_CACHED_SIGNING_KEYS) cache.clear();
  cache.set(id, key);
  return key;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "utf8").digest();
}
