import { createHmac, timingSafeEqual } from "node:crypto";
import { AuthError } from "../authentication/auth-error.ts";
import { s3SignatureMismatch, severalMechanisms } from "../authentication/auth-failures.ts";
import { ALGORITHM, SCOPE_TERMINATOR } from "../authentication/authentication.ts";
import { MAX_CLOCK_SKEW_MS } from "../limits.ts";
import { parseAmzDate } from "./amz-date.ts";
import { isRegionName } from "./region-name.ts";
import { signingKey } from "./signing-key.ts";

/*
 * A browser's upload by a form: what is signed is the policy in one of its fields. Sources: S3 API,
 * "Authenticating requests: browser-based uploads using POST", and its form of signature version 2,
 * which boto3 still makes by default.
 */

/** The claims of a form's fields, none of them verified yet. */
export interface SignedForm {
  readonly kind: "form";
  readonly version: 2 | 4;
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  /** Base64, as it was signed. */
  readonly policy: string;
  readonly signature: string;
  /** The field of signature version 4. */
  readonly scope: FormScope | undefined;
  /** The field of signature version 4. */
  readonly requestTimeMs: number | undefined;
}

const SERVICE = "s3";
const CREDENTIAL = "Error parsing the X-Amz-Credential parameter; ";

interface FormScope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** Fields of one signature or another; a form has those of one, each once. */
const FIELDS_V4 = ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"];
const FIELDS_V2 = ["awsaccesskeyid", "signature"];
/** Lower-case names of the fields that say who signed a form, and what. */
export const SIGNATURE_FIELDS: ReadonlySet<string> = new Set([
  ...FIELDS_V4,
  ...FIELDS_V2,
  "policy",
  "x-amz-security-token",
]);

/**
 * The form's signature by its fields, whose names are lower-case; undefined for a form without
 * them and without a policy, which is what would be signed. Throws AuthError where fields are
 * missing or malformed, or of both versions, and AccessDenied for a policy that nothing signs.
 */
export function parseSignedForm(fields: ReadonlyMap<string, string>): SignedForm | undefined {
  const isV4 = FIELDS_V4.some((name) => fields.has(name));
  const isV2 = FIELDS_V2.some((name) => fields.has(name));
  if (isV4 && isV2) throw severalMechanisms(undefined, "s3");
  if (!isV4 && !isV2) {
    if (!fields.has("policy")) return undefined;
    throw new AuthError("formUnsigned", "s3", "Access Denied");
  }
  const policy = required(fields, "policy");
  const sessionToken = fields.get("x-amz-security-token");
  if (!isV4) {
    const accessKeyId = required(fields, "AWSAccessKeyId");
    const signature = required(fields, "Signature");
    const unknown = { scope: undefined, requestTimeMs: undefined };
    return { kind: "form", version: 2, accessKeyId, sessionToken, policy, signature, ...unknown };
  }
  if (required(fields, "X-Amz-Algorithm") !== ALGORITHM)
    throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const { accessKeyId, ...scope } = parseCredential(required(fields, "X-Amz-Credential"));
  const signature = required(fields, "X-Amz-Signature");
  const amzDate = required(fields, "X-Amz-Date");
  const requestTimeMs = parseAmzDate(amzDate);
  if (requestTimeMs === undefined)
    throw malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  if (!amzDate.startsWith(scope.date))
    throw malformed(
      `${CREDENTIAL}incorrect date format "${scope.date}". This date in the credential must be in the format "yyyyMMdd".`,
    );
  const signed = { accessKeyId, sessionToken, policy, signature, scope, requestTimeMs };
  return { kind: "form", version: 4, ...signed };
}

function parseCredential(credential: string): FormScope & { readonly accessKeyId: string } {
  const [accessKeyId = "", date = "", region = "", service = "", end, more] = credential.split("/");
  const isWhole = accessKeyId !== "" && /^\d{8}$/.test(date) && isRegionName(region);
  if (end !== SCOPE_TERMINATOR || more !== undefined || !isWhole)
    throw malformed(
      `${CREDENTIAL}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`,
    );
  if (service !== SERVICE)
    throw malformed(
      `${CREDENTIAL}incorrect service "${service}". This endpoint belongs to "${SERVICE}".`,
    );
  return { accessKeyId, date, region, service };
}

/**
 * Verifies time and signature. Throws AuthError SignatureDoesNotMatch, or AccessDenied for a form
 * that claims to be signed in the future: how old it is would be anybody's to say.
 */
export function verifySignedForm(form: SignedForm, secretAccessKey: string, nowMs: number): void {
  const { policy, signature, scope, accessKeyId, requestTimeMs } = form;
  const expected = scope
    ? signingKey(secretAccessKey, scope).digest(policy, "hex")
    : createHmac("sha1", secretAccessKey).update(policy).digest("base64");
  const given = Buffer.from(scope ? signature.toLowerCase() : signature);
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected)))
    throw s3SignatureMismatch({ accessKeyId, stringToSign: policy, signature });
  if (requestTimeMs !== undefined && requestTimeMs > nowMs + MAX_CLOCK_SKEW_MS)
    throw new AuthError("presignedExpired", "s3", "Request is not valid yet");
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value !== undefined && value !== "") return value;
  throw malformed(
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
    { ArgumentName: name, ArgumentValue: "" },
  );
}

function malformed(message: string, fields: Readonly<Record<string, string>> = {}): AuthError {
  return new AuthError("formMalformed", "s3", message, fields);
}
