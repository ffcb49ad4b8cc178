import { type KeyObject, sign } from "node:crypto";

/**
 * A playback token as an application signs it: good for ten minutes, unless the claims say
 * otherwise.
 */
export function playbackToken(claims: object, key: KeyObject): string {
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const text = [
    { alg: "ES384", typ: "JWT" },
    { exp, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const mark = sign("sha384", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${mark.toString("base64url")}`;
}
