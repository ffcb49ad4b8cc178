import { createHmac, timingSafeEqual } from "node:crypto";
import { AuthError } from "./auth-error.ts";
import { s3SignatureMismatch } from "./auth-failures.ts";
import { ALGORITHM, SCOPE_TERMINATOR } from "./authentication.ts";
import { isRegionName } from "./region-name.ts";
import { hmac, signingKey } from "./signing-key.ts";

/*
 * A browser's upload by a form: what is signed is the policy in one of its fields. Sources: S3 API,
 * "Authenticating requests: browser-based uploads using POST", and its form of signature version 2,
 * which boto3 still makes unless it is told otherwise.
 */

/** What a form's fields claim; nothing of it is verified yet. */
export interface SignedForm {
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  /** Base64, as it was signed. */
  readonly policy: string;
  readonly signature: string;
  /** Of signature version 4. */
  readonly scope: FormScope | undefined;
}

interface FormScope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/**
 * The form's signature by its fields, whose names are lower-case; undefined for a form without a
 * policy. Throws AuthError where fields are missing or malformed.
 */
export function parseSignedForm(fields: ReadonlyMap<string, string>): SignedForm | undefined {
  const policy = fields.get("policy");
  if (policy === undefined) return undefined;
  const sessionToken = fields.get("x-amz-security-token");
  const algorithm = fields.get("x-amz-algorithm");
  if (algorithm === undefined) {
    const accessKeyId = required(fields, "AWSAccessKeyId");
    const signature = required(fields, "Signature");
    return { accessKeyId, sessionToken, policy, signature, scope: undefined };
  }
  if (algorithm !== ALGORITHM) throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const credential = required(fields, "X-Amz-Credential");
  const signature = required(fields, "X-Amz-Signature");
  const day = required(fields, "X-Amz-Date").slice(0, 8);
  const [accessKeyId = "", date = "", region = "", service = "", end, more] = credential.split("/");
  if (end !== SCOPE_TERMINATOR || more !== undefined || accessKeyId === "" || !isRegionName(region))
    throw malformed(
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  if (date !== day)
    throw malformed(
      `Error parsing the X-Amz-Credential parameter; incorrect date format "${date}". This date in the credential must be in the format "yyyyMMdd".`,
    );
  return { accessKeyId, sessionToken, policy, signature, scope: { date, region, service } };
}

/** Throws AuthError SignatureDoesNotMatch. */
export function verifySignedForm(form: SignedForm, secretAccessKey: string): void {
  const { policy, signature, scope, accessKeyId } = form;
  const expected = scope
    ? hmac(signingKey(secretAccessKey, scope), policy)
    : createHmac("sha1", secretAccessKey).update(policy).digest();
  const given = Buffer.from(signature, scope ? "hex" : "base64");
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw s3SignatureMismatch({ accessKeyId, stringToSign: policy, signature });
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
