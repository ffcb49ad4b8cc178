/** Families of services that name the same failure differently. */
export type AuthDialect = "query" | "json" | "s3";

export interface AuthOptions {
  /** Shorthand for the dialect `s3`; it also selects S3's canonical path. */
  readonly isS3?: boolean;
  readonly dialect?: AuthDialect;
}

export type AuthFailure =
  | "headerMalformed"
  | "queryMalformed"
  | "unsupportedAlgorithm"
  | "unsupportedScheme"
  | "severalMechanisms"
  | "dateMissing"
  | "credentialMalformed"
  | "authorizationV2Malformed"
  | "scopeMismatch"
  | "hostNotSigned"
  | "headersNotSigned"
  | "contentHashMissing"
  | "contentHashMalformed"
  | "skewed"
  | "presignedExpired"
  | "formMalformed"
  | "formUnsigned"
  | "signatureMismatch"
  | "payloadMismatch";

type CodeAndStatus = readonly [code: string, status: number];

const INCOMPLETE: CodeAndStatus = ["IncompleteSignature", 400];
const INCOMPLETE_JSON: CodeAndStatus = ["IncompleteSignatureException", 400];
const MISMATCH: CodeAndStatus = ["SignatureDoesNotMatch", 403];
const MISMATCH_JSON: CodeAndStatus = ["InvalidSignatureException", 403];
const S3_HEADER: CodeAndStatus = ["AuthorizationHeaderMalformed", 400];
const S3_DENIED: CodeAndStatus = ["AccessDenied", 403];
const S3_ARGUMENT: CodeAndStatus = ["InvalidArgument", 400];
const S3_REQUEST: CodeAndStatus = ["InvalidRequest", 400];

/** Codes from the services' "Common errors" pages and S3's "Error responses" page. */
const CODES: Readonly<Record<AuthFailure, Readonly<Record<AuthDialect, CodeAndStatus>>>> = {
  headerMalformed: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_HEADER },
  queryMalformed: {
    query: INCOMPLETE,
    json: INCOMPLETE_JSON,
    s3: ["AuthorizationQueryParametersError", 400],
  },
  unsupportedAlgorithm: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_REQUEST },
  unsupportedScheme: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_ARGUMENT },
  severalMechanisms: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_ARGUMENT },
  dateMissing: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_DENIED },
  credentialMalformed: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_HEADER },
  authorizationV2Malformed: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_ARGUMENT },
  scopeMismatch: { query: MISMATCH, json: MISMATCH_JSON, s3: S3_HEADER },
  hostNotSigned: { query: MISMATCH, json: MISMATCH_JSON, s3: S3_DENIED },
  headersNotSigned: { query: MISMATCH, json: MISMATCH_JSON, s3: S3_DENIED },
  contentHashMissing: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_REQUEST },
  contentHashMalformed: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_ARGUMENT },
  skewed: { query: MISMATCH, json: MISMATCH_JSON, s3: ["RequestTimeTooSkewed", 403] },
  presignedExpired: { query: MISMATCH, json: MISMATCH_JSON, s3: S3_DENIED },
  formMalformed: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_ARGUMENT },
  formUnsigned: { query: INCOMPLETE, json: INCOMPLETE_JSON, s3: S3_DENIED },
  signatureMismatch: { query: MISMATCH, json: MISMATCH_JSON, s3: MISMATCH },
  payloadMismatch: { query: MISMATCH, json: MISMATCH_JSON, s3: ["XAmzContentSHA256Mismatch", 400] },
};

/** A request's signature is missing something, expired or wrong. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly failure: AuthFailure;
  readonly code: string;
  readonly status: number;
  readonly fault = "client" as const;
  /** Further elements of S3's error document. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(
    failure: AuthFailure,
    dialect: AuthDialect,
    message: string,
    fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    const [code, status] = CODES[failure][dialect];
    this.failure = failure;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

export function dialectOf(options: AuthOptions): AuthDialect {
  return options.dialect ?? (options.isS3 ? "s3" : "query");
}
