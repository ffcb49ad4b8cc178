import { MAX_AUTHORIZATION_CHARS, MAX_PRESIGNED_EXPIRES_SECONDS } from "../limits.ts";
import type { WireRequest } from "../message.ts";
import { type ParsedForm, requestQuery } from "../query.ts";
import { type AuthDialect, AuthError, type AuthOptions, dialectOf } from "./auth-error.ts";
import {
  ALGORITHM,
  type Authentication,
  SCOPE_TERMINATOR,
  type SignedAuthentication,
} from "./authentication.ts";

const AMZ_DATE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
const HEX_SIGNATURE = /^[0-9a-f]{64}$/;
const SCOPE_DATE = /^\d{8}$/;

/**
 * Reads how a request says it is signed: in the Authorization header, in the query (presigned), or
 * not at all. Throws AuthError for a signature that is malformed or of another version.
 */
export function parseAuthentication(
  request: WireRequest,
  options: AuthOptions = {},
): Authentication {
  const dialect = dialectOf(options);
  const authorization = request.headers.authorization;
  const query = request.rawQuery.includes("X-Amz-") ? requestQuery(request) : undefined;
  const algorithm = query?.get("X-Amz-Algorithm");
  if (authorization !== undefined && algorithm !== undefined) {
    throw new AuthError(
      "severalMechanisms",
      dialect,
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
    );
  }
  if (authorization !== undefined) return parseHeader(request, authorization, dialect);
  if (query !== undefined && algorithm !== undefined)
    return parsePresigned(request, query, dialect);
  return { kind: "anonymous" };
}

function parseHeader(
  request: WireRequest,
  authorization: string,
  dialect: AuthDialect,
): SignedAuthentication {
  const space = authorization.indexOf(" ");
  const scheme = space === -1 ? authorization : authorization.slice(0, space);
  if (scheme !== ALGORITHM) throw unsupportedAlgorithm(scheme, dialect);
  if (authorization.length > MAX_AUTHORIZATION_CHARS) {
    throw new AuthError(
      "headerMalformed",
      dialect,
      "The authorization header is malformed; it is too long.",
    );
  }
  const parameters = new Map<string, string>();
  for (const part of authorization.slice(space + 1).split(",")) {
    const equals = part.indexOf("=");
    if (equals !== -1) parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const missing = ["Credential", "Signature", "SignedHeaders"].filter(
    (name) => !parameters.get(name),
  );
  if (missing.length > 0) throw missingParameters(missing, dialect);
  const amzDate = headerDate(request, dialect);
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
  query: ParsedForm,
  dialect: AuthDialect,
): SignedAuthentication {
  const malformed = (message: string) => new AuthError("queryMalformed", dialect, message);
  const algorithm = query.get("X-Amz-Algorithm") ?? "";
  if (algorithm !== ALGORITHM) {
    if (dialect !== "s3" || algorithm.startsWith("AWS4-ECDSA")) {
      throw unsupportedAlgorithm(algorithm, dialect);
    }
    throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  }
  const required = ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders"];
  if (dialect === "s3") required.push("X-Amz-Expires");
  if (required.some((name) => !query.get(name))) {
    throw malformed(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
  }
  return finish(request, dialect, "presigned", {
    credential: query.get("X-Amz-Credential") ?? "",
    signature: query.get("X-Amz-Signature") ?? "",
    signedHeaders: query.get("X-Amz-SignedHeaders") ?? "",
    amzDate: query.get("X-Amz-Date") ?? "",
    sessionToken: query.get("X-Amz-Security-Token") ?? request.headers["x-amz-security-token"],
    expiresSeconds: parseExpires(query.get("X-Amz-Expires"), malformed),
    contentSha256: query.get("X-Amz-Content-Sha256") ?? request.headers["x-amz-content-sha256"],
  });
}

function parseExpires(text: string | undefined, malformed: (message: string) => AuthError): number {
  // Services other than S3 sign URLs without it; theirs live as long as the clock skew allows.
  if (text === undefined) return 0;
  if (!/^-?\d{1,12}$/.test(text)) throw malformed("X-Amz-Expires should be a number");
  const seconds = Number(text);
  if (seconds < 0) throw malformed("X-Amz-Expires must be non-negative");
  if (seconds > MAX_PRESIGNED_EXPIRES_SECONDS) {
    throw malformed(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
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
  if (requestTimeMs === undefined) throw badDate(kind, dialect, parts.amzDate);
  if (!parts.amzDate.startsWith(scope.date)) {
    throw new AuthError(
      kind === "presigned" && dialect === "s3" ? "queryMalformed" : "scopeMismatch",
      dialect,
      dialect === "s3"
        ? `The authorization header is malformed; Invalid credential date "${scope.date}". This date is not the same as X-Amz-Date: "${parts.amzDate.slice(0, 8)}".`
        : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${parts.amzDate.slice(0, 8)}', from '${parts.amzDate}'.`,
    );
  }
  const signedHeaders = parts.signedHeaders.toLowerCase().split(";");
  if (!signedHeaders.includes("host") && !signedHeaders.includes(":authority")) {
    throw new AuthError(
      "hostNotSigned",
      dialect,
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  if (dialect === "s3") requireSignedAmzHeaders(request, signedHeaders);
  const signature = parts.signature.toLowerCase();
  if (!HEX_SIGNATURE.test(signature)) throw malformedSignature(kind, dialect);
  const { sessionToken, expiresSeconds, contentSha256, amzDate } = parts;
  return {
    kind,
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

function parseCredential(
  credential: string,
  kind: "header" | "presigned",
  dialect: AuthDialect,
): Pick<SignedAuthentication, "accessKeyId" | "date" | "region" | "service"> {
  const failure = kind === "presigned" ? "queryMalformed" : "credentialMalformed";
  const parts = credential.split("/");
  // An access key id may hold "/" nowhere, but what precedes the scope is taken whole, as AWS does.
  const [date = "", region = "", service = "", terminator = ""] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join("/");
  if (
    parts.length !== 5 ||
    accessKeyId === "" ||
    !SCOPE_DATE.test(date) ||
    region === "" ||
    service === ""
  ) {
    throw new AuthError(
      failure,
      dialect,
      dialect === "s3"
        ? 'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
        : `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  if (terminator !== SCOPE_TERMINATOR) {
    throw new AuthError(
      kind === "presigned" ? "queryMalformed" : "scopeMismatch",
      dialect,
      dialect === "s3"
        ? `The authorization header is malformed; incorrect terminator "${terminator}". This endpoint uses "${SCOPE_TERMINATOR}".`
        : `Credential should be scoped with a valid terminator: '${SCOPE_TERMINATOR}', not '${terminator}'.`,
    );
  }
  return { accessKeyId, date, region, service };
}

/** S3 refuses requests with `x-amz-` headers that the signature doesn't cover. */
function requireSignedAmzHeaders(request: WireRequest, signedHeaders: readonly string[]): void {
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith("x-amz-") && !signedHeaders.includes(name),
  );
  if (unsigned.length === 0) return;
  throw new AuthError(
    "headersNotSigned",
    "s3",
    "There were headers present in the request which were not signed",
    { HeadersNotSigned: unsigned.join(", ") },
  );
}

/** `x-amz-date`, or the `Date` header in either form. */
function headerDate(request: WireRequest, dialect: AuthDialect): string {
  const amzDate = request.headers["x-amz-date"];
  if (amzDate !== undefined) return amzDate;
  const date = request.headers.date;
  if (date !== undefined && AMZ_DATE.test(date)) return date;
  const ms = date === undefined || date.length > 40 ? Number.NaN : Date.parse(date);
  if (Number.isNaN(ms)) throw badDate("header", dialect, "");
  return formatAmzDate(ms);
}

function parseAmzDate(text: string): number | undefined {
  const match = AMZ_DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** `YYYYMMDDTHHMMSSZ` */
export function formatAmzDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll("-", "").replaceAll(":", "")}Z`;
}

function badDate(kind: "header" | "presigned", dialect: AuthDialect, text: string): AuthError {
  if (kind === "presigned") {
    const message = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"";
    return new AuthError("queryMalformed", dialect, message);
  }
  if (dialect === "s3") {
    const message = "AWS authentication requires a valid Date or x-amz-date header";
    return new AuthError("dateMissing", dialect, message);
  }
  const message =
    text === ""
      ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
      : `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`;
  return new AuthError("dateMissing", dialect, message);
}

function missingParameters(names: readonly string[], dialect: AuthDialect): AuthError {
  if (dialect === "s3") {
    const [first] = names;
    return new AuthError(
      "headerMalformed",
      dialect,
      `The authorization header is malformed; the authorization component "${first}=..." is malformed.`,
    );
  }
  const message = names
    .map((name) => `Authorization header requires '${name}' parameter.`)
    .join(" ");
  return new AuthError("headerMalformed", dialect, message);
}

function malformedSignature(kind: "header" | "presigned", dialect: AuthDialect): AuthError {
  // What isn't a signature can't match; only S3 answers its shape apart.
  if (dialect === "s3" && kind === "header") {
    return new AuthError(
      "headerMalformed",
      dialect,
      "The authorization header is malformed; the Signature is mal-formed; expecting 64 hexadecimal digits.",
    );
  }
  return new AuthError(
    "signatureMismatch",
    dialect,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  );
}

function unsupportedAlgorithm(scheme: string, dialect: AuthDialect): AuthError {
  return new AuthError(
    "unsupportedAlgorithm",
    dialect,
    dialect === "s3"
      ? `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`
      : `Unsupported AWS 'algorithm': '${scheme.slice(0, 64)}'.`,
  );
}
