import {
  ALGORITHM,
  credentialScope,
  type SignedAuthentication,
} from "../authentication/authentication.ts";
import type { WireRequest } from "../message.ts";
import { formatAmzDate } from "./amz-date.ts";
import { canonicalRequest } from "./canonical-request.ts";
import { signingKey } from "./signing-key.ts";
import { sha256Hex } from "./verify-signature.ts";

const DATE_CHARS = "YYYYMMDD".length;

/** The key that signs, and the Region that it signs for. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/**
 * The headers of a request to S3 with its signature, which covers all of them. Names are in lower
 * case, `host` among them; the path is encoded as S3 wants it. `payload` is the body's SHA-256 in
 * hexadecimal.
 */
export function signS3Request(
  request: Pick<WireRequest, "method" | "rawPath" | "rawQuery" | "headers">,
  payload: string,
  { accessKeyId, secretAccessKey, region }: Signer,
  nowMs: number,
): Record<string, string> {
  const amzDate = formatAmzDate(nowMs);
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-content-sha256": payload,
    "x-amz-date": amzDate,
  };
  const signedHeaders = Object.keys(headers).sort();
  const claims: Pick<SignedAuthentication, "kind" | "signedHeaders"> = {
    kind: "header",
    signedHeaders,
  };
  const { method, rawPath, rawQuery } = request;
  const canonical = canonicalRequest({ method, rawQuery, headers }, claims, rawPath, payload);
  const scope = { date: amzDate.slice(0, DATE_CHARS), region, service: "s3" };
  const scopeText = credentialScope(scope);
  const stringToSign = `${ALGORITHM}\n${amzDate}\n${scopeText}\n${sha256Hex(canonical)}`;
  const signature = signingKey(secretAccessKey, scope).digest(stringToSign, "hex");
  const names = signedHeaders.join(";");
  const credential = `${accessKeyId}/${scopeText}`;
  const claim = `Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  headers.authorization = `${ALGORITHM} ${claim}`;
  return headers;
}
