import { MAX_CLOCK_SKEW_MS } from "../limits.ts";
import { isoSeconds } from "../sigv4/amz-date.ts";
import { type AuthDialect, AuthError } from "./auth-error.ts";
import { ALGORITHM, SCOPE_TERMINATOR } from "./authentication.ts";

/** The place of a signature: the Authorization header or the query. */
export type AuthPlace = "header" | "presigned";

/*
 * The failures of a signature, each in AWS's words: S3's differ from those of
 * the other services.
 */
const S3_MALFORMED = "The authorization header is malformed; ";
const S3_QUERY_MALFORMED = "Error parsing the X-Amz-Credential parameter; ";
const DATE_MISSING =
  "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";

/**
 * `authorization` is the header that comes with the query's signature; undefined: the query has
 * two.
 */
export function severalMechanisms(
  authorization: string | undefined,
  dialect: AuthDialect,
): AuthError {
  return new AuthError(
    "severalMechanisms",
    dialect,
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, " +
      "Signature query string parameter or the Authorization header should be specified",
    dialect === "s3" && authorization !== undefined
      ? { ArgumentName: "Authorization", ArgumentValue: authorization }
      : {},
  );
}

/** If one name has two values, it is unclear which one was meant, or checked elsewhere. */
export function repeatedParameter(name: string, place: AuthPlace, dialect: AuthDialect): AuthError {
  return place === "presigned"
    ? new AuthError("queryMalformed", dialect, `The query parameter ${name} must be given once.`)
    : new AuthError("headerMalformed", dialect, `${S3_MALFORMED}${name} must be given once.`);
}

export function unsupportedAlgorithm(scheme: string, dialect: AuthDialect): AuthError {
  return new AuthError(
    "unsupportedAlgorithm",
    dialect,
    dialect === "s3"
      ? `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`
      : `Unsupported AWS 'algorithm': '${scheme.slice(0, 64)}'.`,
  );
}

/** S3 names an Authorization header of a kind that it doesn't know, of AWS's or not. */
export function unsupportedScheme(authorization: string, dialect: AuthDialect): AuthError {
  const [scheme = ""] = authorization.split(" ", 1);
  // AWS takes these signatures, which aren't implemented.
  if (dialect !== "s3" || scheme.startsWith("AWS4-ECDSA"))
    return unsupportedAlgorithm(scheme, dialect);
  return new AuthError("unsupportedScheme", dialect, "Unsupported Authorization Type", {
    ArgumentName: "Authorization",
    ArgumentValue: authorization,
  });
}

export function headerTooLong(dialect: AuthDialect): AuthError {
  return new AuthError("headerMalformed", dialect, `${S3_MALFORMED}it is too long.`);
}

/**
 * Names the parts that the Authorization header lacks, at least one, and the date if that is
 * missing.
 */
export interface MissingParameters {
  readonly names: readonly string[];
  readonly date: boolean;
  readonly authorization: string;
}

export function missingParameters(missing: MissingParameters, dialect: AuthDialect): AuthError {
  const { names, date, authorization } = missing;
  const [first] = names;
  if (dialect === "s3")
    return first === undefined
      ? malformedDate(undefined, "header", dialect)
      : new AuthError(
          "headerMalformed",
          dialect,
          `${S3_MALFORMED}the authorization component "${first}=..." is malformed.`,
        );
  const sentences = [
    ...names.map((name) => `Authorization header requires '${name}' parameter.`),
    ...(date ? [DATE_MISSING] : []),
    `Authorization=${authorization}`,
  ];
  return new AuthError("headerMalformed", dialect, sentences.join(" "));
}

export function missingQueryParameters(dialect: AuthDialect): AuthError {
  return new AuthError(
    "queryMalformed",
    dialect,
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
      "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
  );
}

export function malformedCredential(
  credential: string,
  place: AuthPlace,
  dialect: AuthDialect,
): AuthError {
  const s3Form = '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"';
  return new AuthError(
    place === "presigned" ? "queryMalformed" : "credentialMalformed",
    dialect,
    dialect === "s3"
      ? `${s3Start(place)}the Credential is mal-formed; expecting ${s3Form}.`
      : "Credential must have exactly 5 slash-delimited elements, " +
          `e.g. keyid/date/region/service/term, got '${credential}'`,
  );
}

export function wrongTerminator(
  terminator: string,
  place: AuthPlace,
  dialect: AuthDialect,
): AuthError {
  return new AuthError(
    place === "presigned" ? "queryMalformed" : "scopeMismatch",
    dialect,
    dialect === "s3"
      ? `${s3Start(place)}incorrect terminator "${terminator}". ` +
          `This endpoint uses "${SCOPE_TERMINATOR}".`
      : "Credential should be scoped with a valid terminator: " +
          `'${SCOPE_TERMINATOR}', not '${terminator}'.`,
  );
}

/**
 * A Region goes into ARNs and paths: nothing but a label can be one. S3's clients read the right
 * one from the error and sign again: s3cmd begins with "US".
 */
export function invalidRegion(region: string, place: AuthPlace, dialect: AuthDialect): AuthError {
  return new AuthError(
    place === "presigned" ? "queryMalformed" : "scopeMismatch",
    dialect,
    dialect === "s3"
      ? `${s3Start(place)}the region '${region}' is wrong; expecting 'us-east-1'`
      : "Credential should be scoped to a valid region.",
    dialect === "s3" ? { Region: "us-east-1" } : {},
  );
}

function s3Start(place: AuthPlace): string {
  return place === "presigned" ? S3_QUERY_MALFORMED : S3_MALFORMED;
}

/** The day of the credential scope isn't that of the request. */
export function wrongScopeDate(
  scopeDate: string,
  amzDate: string,
  place: AuthPlace,
  dialect: AuthDialect,
): AuthError {
  const day = amzDate.slice(0, scopeDate.length);
  return new AuthError(
    place === "presigned" && dialect === "s3" ? "queryMalformed" : "scopeMismatch",
    dialect,
    dialect === "s3"
      ? `${S3_MALFORMED}Invalid credential date "${scopeDate}". ` +
          `This date is not the same as X-Amz-Date: "${day}".`
      : "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
          `'${scopeDate}' != '${day}', from '${amzDate}'.`,
  );
}

/**
 * `text` is what was sent as the date; undefined where there is none, which only S3 reports
 * so.
 */
export function malformedDate(
  text: string | undefined,
  place: AuthPlace,
  dialect: AuthDialect,
): AuthError {
  if (place === "presigned") {
    const message = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"";
    return new AuthError("queryMalformed", dialect, message);
  }
  if (dialect === "s3") {
    const message = "AWS authentication requires a valid Date or x-amz-date header";
    return new AuthError("dateMissing", dialect, message);
  }
  const message =
    text === undefined
      ? DATE_MISSING
      : `Date must be in ISO-8601 'basic format'. Got '${text}'. ` +
        "See http://en.wikipedia.org/wiki/ISO_8601";
  return new AuthError("dateMissing", dialect, message);
}

/** `requestTime` is the time as it was sent. */
export function s3TimeSkewed(requestTime: string, nowMs: number): AuthError {
  const message = "The difference between the request time and the current time is too large.";
  return new AuthError("skewed", "s3", message, {
    RequestTime: requestTime,
    ServerTime: isoSeconds(nowMs),
    MaxAllowedSkewMilliseconds: String(MAX_CLOCK_SKEW_MS),
  });
}

/** An Authorization header that begins as version 2's and isn't one. */
export function malformedAuthorizationV2(authorization: string): AuthError {
  const message = "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature";
  return new AuthError("authorizationV2Malformed", "s3", message, {
    ArgumentName: "Authorization",
    ArgumentValue: authorization,
  });
}

export function hostNotSigned(dialect: AuthDialect): AuthError {
  if (dialect === "s3") return headersNotSigned(["host"], dialect);
  const message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  return new AuthError("hostNotSigned", dialect, message);
}

export function repeatedSignedHeader(place: AuthPlace, dialect: AuthDialect): AuthError {
  const failure = place === "presigned" ? "queryMalformed" : "headerMalformed";
  return new AuthError(failure, dialect, `${S3_MALFORMED}SignedHeaders names a header twice.`);
}

export function headersNotSigned(names: readonly string[], dialect: AuthDialect): AuthError {
  if (dialect !== "s3") {
    const message = `'${names[0]}' must be a 'SignedHeader' in the AWS Authorization.`;
    return new AuthError("headersNotSigned", dialect, message);
  }
  const message = "There were headers present in the request which were not signed";
  return new AuthError("headersNotSigned", dialect, message, {
    HeadersNotSigned: names.join(", "),
  });
}

/** A text that isn't a signature can't match; only S3 reports its shape separately. */
export function malformedSignature(place: AuthPlace, dialect: AuthDialect): AuthError {
  if (dialect !== "s3" || place === "presigned") return signatureMismatch(dialect);
  const message = `${S3_MALFORMED}the Signature is mal-formed; expecting 64 hexadecimal digits.`;
  return new AuthError("headerMalformed", dialect, message);
}

/** S3's account of the signature that it expected, with its bytes: encodings hide differences. */
export interface ExpectedSignature {
  readonly accessKeyId: string;
  readonly stringToSign: string;
  readonly signature: string;
  readonly canonicalRequest?: string | undefined;
}

/** S3's, with what the client should have signed. */
export function s3SignatureMismatch(expected: ExpectedSignature): AuthError {
  const { accessKeyId, stringToSign, signature, canonicalRequest } = expected;
  return signatureMismatch("s3", {
    AWSAccessKeyId: accessKeyId,
    StringToSign: stringToSign,
    SignatureProvided: signature,
    StringToSignBytes: bytesOf(stringToSign),
    ...(canonicalRequest === undefined
      ? {}
      : { CanonicalRequest: canonicalRequest, CanonicalRequestBytes: bytesOf(canonicalRequest) }),
  });
}

function bytesOf(text: string): string {
  return Buffer.from(text)
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");
}

/** `fields` are S3's further elements. */
export function signatureMismatch(
  dialect: AuthDialect,
  fields: Readonly<Record<string, string>> = {},
): AuthError {
  const start = "The request signature we calculated does not match the signature you provided.";
  const advice =
    dialect === "s3"
      ? "Check your key and signing method."
      : "Check your AWS Secret Access Key and signing method. " +
        "Consult the service documentation for details.";
  return new AuthError("signatureMismatch", dialect, `${start} ${advice}`, fields);
}
