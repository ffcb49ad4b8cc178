import {
  type AuthDialect,
  AuthError,
  type AuthOptions,
  dialectOf,
} from "./authentication/auth-error.ts";
import {
  headersNotSigned,
  headerTooLong,
  hostNotSigned,
  invalidRegion,
  malformedCredential,
  malformedDate,
  malformedSignature,
  missingParameters,
  missingQueryParameters,
  repeatedParameter,
  repeatedSignedHeader,
  severalMechanisms,
  unsupportedAlgorithm,
  unsupportedScheme,
  wrongScopeDate,
  wrongTerminator,
} from "./authentication/auth-failures.ts";
import {
  ALGORITHM,
  type Authentication,
  SCHEME_V2,
  SCOPE_TERMINATOR,
  type SignedAuthentication,
} from "./authentication/authentication.ts";
import { signatureClaim } from "./authentication/read-claim.ts";
import { Remembered } from "./authentication/remembered.ts";
import type { SignatureClaim } from "./authentication/signature-claim.ts";
import { MAX_AUTHORIZATION_CHARS, MAX_PRESIGNED_EXPIRES_SECONDS } from "./limits.ts";
import type { WireRequest } from "./message.ts";
import { parseHeaderV2, parsePresignedV2 } from "./sigv2/signature-v2.ts";
import { headerAmzDate, parseAmzDate } from "./sigv4/amz-date.ts";
import { isRegionName } from "./sigv4/region-name.ts";

const PARAMETERS = ["Credential", "Signature", "SignedHeaders"];
const HEX_SIGNATURE = /^[0-9a-f]{64}$/;
/** Key id, day, Region, service and terminator. */
const SCOPE_PARTS = 5;
const SCOPE_DATE = /^\d{8}$/;
const CONTENT_SHA256 = "x-amz-content-sha256";

/**
 * Reads how a request says it is signed: in the Authorization header, in the query (presigned), or
 * not at all. Throws AuthError for a signature that is malformed or of a version that the service
 * doesn't take, for two of them, and for a parameter that comes twice.
 */
export function parseAuthentication(
  request: WireRequest,
  options: AuthOptions = {},
): Authentication {
  const dialect = dialectOf(options);
  const claim = signatureClaim(request);
  // S3 takes an empty header for none.
  const authorization =
    dialect === "s3" && claim.authorization === "" ? undefined : claim.authorization;
  const { inQuery, inQueryV2, repeated } = claim;
  if ((inQuery && inQueryV2) || (authorization !== undefined && (inQuery || inQueryV2))) {
    throw severalMechanisms(authorization, dialect);
  }
  const place = authorization === undefined ? "presigned" : "header";
  // Only S3 takes version 2; elsewhere such a URL is one without a signature.
  if (authorization !== undefined && claim.scheme === SCHEME_V2 && dialect === "s3")
    return parseHeaderV2(request, authorization);
  if (authorization !== undefined) requireKnownScheme(claim.scheme, authorization, dialect);
  if (repeated !== undefined) throw repeatedParameter(repeated, place, dialect);
  if (authorization !== undefined) return parseHeader(request, authorization, claim, dialect);
  if (inQuery) return parsePresigned(request, claim.parameters, dialect);
  if (inQueryV2 && dialect === "s3") return parsePresignedV2(request, claim.parameters);
  return { kind: "anonymous" };
}

function requireKnownScheme(scheme: string, authorization: string, dialect: AuthDialect): void {
  // Services other than S3 name what they miss in a header that is no signature of AWS's at all.
  if (scheme !== ALGORITHM && (dialect === "s3" || scheme.startsWith("AWS")))
    throw unsupportedScheme(authorization, dialect);
  if (authorization.length > MAX_AUTHORIZATION_CHARS) throw headerTooLong(dialect);
}

function parseHeader(
  request: WireRequest,
  authorization: string,
  { scheme, parameters }: SignatureClaim,
  dialect: AuthDialect,
): SignedAuthentication {
  const missing = PARAMETERS.filter((name) => !parameters.get(name));
  const names = scheme === ALGORITHM ? missing : PARAMETERS;
  const amzDate = headerAmzDate(request.headers);
  if (names.length > 0 || amzDate === undefined)
    throw missingParameters({ names, date: amzDate === undefined, authorization }, dialect);
  return finish(request, dialect, "header", {
    credential: parameters.get("Credential") ?? "",
    signature: parameters.get("Signature") ?? "",
    signedHeaders: parameters.get("SignedHeaders") ?? "",
    amzDate,
    sessionToken: request.headers["x-amz-security-token"],
    expiresSeconds: undefined,
    contentSha256: request.headers["x-amz-content-sha256"],
  });
}

function parsePresigned(
  request: WireRequest,
  query: ReadonlyMap<string, string>,
  dialect: AuthDialect,
): SignedAuthentication {
  const malformed = (message: string) => new AuthError("queryMalformed", dialect, message);
  const algorithm = query.get("X-Amz-Algorithm");
  if (algorithm === undefined) throw missingQueryParameters(dialect);
  if (algorithm !== ALGORITHM) {
    if (dialect !== "s3" || algorithm.startsWith("AWS4-ECDSA")) {
      throw unsupportedAlgorithm(algorithm, dialect);
    }
    throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM} and AWS4-ECDSA-P256-SHA256"`);
  }
  const required = ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders"];
  if (dialect === "s3") required.push("X-Amz-Expires");
  if (required.some((name) => !query.get(name))) {
    throw missingQueryParameters(dialect);
  }
  const tokens = [query.get("X-Amz-Security-Token"), request.headers["x-amz-security-token"]];
  const [sessionToken, otherToken] = tokens.filter((token) => token !== undefined);
  if (otherToken !== undefined)
    throw repeatedParameter("X-Amz-Security-Token", "presigned", dialect);
  return finish(request, dialect, "presigned", {
    credential: query.get("X-Amz-Credential") ?? "",
    signature: query.get("X-Amz-Signature") ?? "",
    signedHeaders: query.get("X-Amz-SignedHeaders") ?? "",
    amzDate: query.get("X-Amz-Date") ?? "",
    sessionToken,
    expiresSeconds: parseExpires(query.get("X-Amz-Expires"), malformed),
    contentSha256:
      query.get("X-Amz-Content-Sha256") ?? signedHash(request, query.get("X-Amz-SignedHeaders")),
  });
}

function parseExpires(
  text: string | undefined,
  malformed: (message: string) => AuthError,
): number | undefined {
  // Services other than S3 sign URLs without it; theirs live as long as the clock skew allows.
  if (text === undefined) return undefined;
  if (!/^-?\d{1,12}$/.test(text)) throw malformed("X-Amz-Expires should be a number");
  const seconds = Number(text);
  if (seconds < 0) throw malformed("X-Amz-Expires must be non-negative");
  if (seconds > MAX_PRESIGNED_EXPIRES_SECONDS) {
    throw malformed(
      "X-Amz-Expires must be less than a week (in seconds); " +
        `that is, the given X-Amz-Expires must be less than ${MAX_PRESIGNED_EXPIRES_SECONDS} seconds`,
    );
  }
  return seconds;
}

interface RawParts {
  readonly credential: string;
  readonly signature: string;
  readonly signedHeaders: string;
  readonly amzDate: string;
  readonly sessionToken: string | undefined;
  readonly expiresSeconds: number | undefined;
  readonly contentSha256: string | undefined;
}

function finish(
  request: WireRequest,
  dialect: AuthDialect,
  kind: "header" | "presigned",
  parts: RawParts,
): SignedAuthentication {
  const scope = parseCredential(parts.credential, kind, dialect);
  const requestTimeMs = parseAmzDate(parts.amzDate);
  const isS3Header = dialect === "s3" && kind === "header";
  // S3 takes no time before 1970 for one.
  if (requestTimeMs === undefined || (isS3Header && requestTimeMs < 0))
    throw malformedDate(parts.amzDate, kind, dialect);
  // S3 compares the two once it knows that the time is near its own.
  if (!isS3Header && !parts.amzDate.startsWith(scope.date))
    throw wrongScopeDate(scope.date, parts.amzDate, kind, dialect);
  const { names: signedHeaders, distinct } = headerLists.of(parts.signedHeaders);
  // A long header named a thousand times would make a canonical request of many megabytes.
  if (distinct.size < signedHeaders.length) throw repeatedSignedHeader(kind, dialect);
  // HTTP/2's `:authority` won't do: no such header reaches us, and the host may name the bucket.
  if (!distinct.has("host")) throw hostNotSigned(dialect);
  requireSignedAmzHeaders(request, distinct, kind, dialect);
  const signature = parts.signature.toLowerCase();
  if (!HEX_SIGNATURE.test(signature)) throw malformedSignature(kind, dialect);
  const { sessionToken, expiresSeconds, contentSha256, amzDate } = parts;
  return {
    kind,
    version: 4,
    ...scope,
    signedHeaders,
    signature,
    sessionToken,
    amzDate,
    requestTimeMs,
    expiresSeconds,
    contentSha256,
  };
}

/** The names of a list of signed headers, in lower case. */
const headerLists = new Remembered((text) => {
  const names: readonly string[] = text.toLowerCase().split(";");
  return { names, distinct: new Set(names) as ReadonlySet<string> };
});

const credentialParts = new Remembered((text): readonly string[] => text.split("/"));

function parseCredential(
  credential: string,
  kind: "header" | "presigned",
  dialect: AuthDialect,
): Pick<SignedAuthentication, "accessKeyId" | "date" | "region" | "service"> {
  const parts = credentialParts.of(credential);
  const [accessKeyId = "", date = "", region = "", service = "", terminator = ""] = parts;
  const isWhole = accessKeyId !== "" && SCOPE_DATE.test(date) && region !== "" && service !== "";
  if (parts.length !== SCOPE_PARTS || !isWhole) {
    throw malformedCredential(credential, kind, dialect);
  }
  if (terminator !== SCOPE_TERMINATOR) throw wrongTerminator(terminator, kind, dialect);
  if (!isRegionName(region)) throw invalidRegion(region, kind, dialect);
  return { accessKeyId, date, region, service };
}

/**
 * Headers that services other than S3 read unsigned as they come: the date is part of what is
 * signed anyway, a token must open with the key that signed, and the body's hash is computed.
 */
const NEEDN_T_BE_SIGNED: ReadonlySet<string> = new Set([
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-content-sha256",
]);

/**
 * Refuses requests with `x-amz-` headers that the signature doesn't cover: somebody on the way may
 * have added or changed them. S3 names them all, other services the first.
 */
function requireSignedAmzHeaders(
  request: WireRequest,
  signedHeaders: ReadonlySet<string>,
  kind: "header" | "presigned",
  dialect: AuthDialect,
): void {
  let unsigned: string[] | undefined;
  for (const name in request.headers) {
    if (!name.startsWith("x-amz-") || signedHeaders.has(name)) continue;
    if (dialect !== "s3" && NEEDN_T_BE_SIGNED.has(name)) continue;
    // A presigned URL leaves the body open, so S3 ignores what is said of it unsigned.
    if (kind === "presigned" && name === CONTENT_SHA256) continue;
    unsigned ??= [];
    unsigned.push(name);
  }
  if (unsigned) throw headersNotSigned(unsigned, dialect);
}

function signedHash({ headers }: WireRequest, signedHeaders: string | undefined) {
  const isSigned = signedHeaders?.toLowerCase().split(";").includes(CONTENT_SHA256) === true;
  return isSigned ? headers[CONTENT_SHA256] : undefined;
}
