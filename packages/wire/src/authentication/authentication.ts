/** A request without any signature. */
export interface AnonymousAuthentication {
  readonly kind: "anonymous";
  readonly version?: undefined;
}

/** The claims of a request of signature version 4, none of them verified yet. */
export interface SignedAuthentication {
  readonly kind: "header" | "presigned";
  readonly version: 4;
  readonly accessKeyId: string;
  /** The day of the credential scope, `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  /** The signing name in the credential scope. */
  readonly service: string;
  /** Lower case, as listed. */
  readonly signedHeaders: readonly string[];
  /** Lower-case hexadecimal. */
  readonly signature: string;
  readonly sessionToken: string | undefined;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly amzDate: string;
  readonly requestTimeMs: number;
  /** Presigned URLs only. */
  readonly expiresSeconds: number | undefined;
  /** The claimed hash or a word in its place, such as `UNSIGNED-PAYLOAD`. */
  readonly contentSha256: string | undefined;
}

/**
 * The claims of a URL presigned with signature version 2: S3's older form, which boto3 still makes
 * by default. Source: S3 developer guide, "Signing and authenticating REST
 * requests".
 */
export interface PresignedV2 {
  readonly kind: "presigned";
  readonly version: 2;
  readonly accessKeyId: string;
  /** Base64. */
  readonly signature: string;
  /** Seconds since the epoch at which the URL expires; it doesn't contain when it was signed. */
  readonly expiresAtSeconds: number;
  readonly sessionToken: string | undefined;
}

/** The claims of an Authorization header of signature version 2. */
export interface HeaderV2 {
  readonly kind: "header";
  readonly version: 2;
  readonly accessKeyId: string;
  /** Base64. */
  readonly signature: string;
  readonly requestTimeMs: number;
  readonly sessionToken: string | undefined;
}

/** How a request says that it is signed; a browser's form says it in `SignedForm`. */
export type Authentication =
  | AnonymousAuthentication
  | SignedAuthentication
  | PresignedV2
  | HeaderV2;

/** The scheme of signature version 2. */
export const SCHEME_V2 = "AWS";

export const ALGORITHM = "AWS4-HMAC-SHA256";
export const SCOPE_TERMINATOR = "aws4_request";

export function credentialScope({
  date,
  region,
  service,
}: Pick<SignedAuthentication, "date" | "region" | "service">): string {
  return `${date}/${region}/${service}/${SCOPE_TERMINATOR}`;
}
