/** A request without any signature. */
export interface AnonymousAuthentication {
  readonly kind: "anonymous";
}

/** What a signed request claims about itself; nothing of it is verified yet. */
export interface SignedAuthentication {
  readonly kind: "header" | "presigned";
  readonly accessKeyId: string;
  /** Of the credential scope, `YYYYMMDD`. */
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
  /** The claimed hash or one of the words that stand for it, such as `UNSIGNED-PAYLOAD`. */
  readonly contentSha256: string | undefined;
}

export type Authentication = AnonymousAuthentication | SignedAuthentication;

export const ALGORITHM = "AWS4-HMAC-SHA256";
export const SCOPE_TERMINATOR = "aws4_request";

export function credentialScope({ date, region, service }: SignedAuthentication): string {
  return `${date}/${region}/${service}/${SCOPE_TERMINATOR}`;
}
