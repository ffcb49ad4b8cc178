import type { ServiceConstraints } from "../../kernel/constraints.ts";

/** AssumeRole's default and GetSessionToken's for root. Source: API reference, DurationSeconds. */
export const DEFAULT_SESSION_SECONDS = 3600;
/** For a role's session, whoever the caller is. Source: API reference, AssumeRole. */
export const SESSION_SECONDS_MIN = 900;
export const SESSION_SECONDS_MAX = 43_200;
/** Source: API reference, GetWebIdentityToken, DurationSeconds. */
export const DEFAULT_WEB_IDENTITY_SECONDS = 300;
/** A session that was made with temporary credentials. Source: API reference, role chaining. */
export const CHAINED_SESSION_SECONDS_MAX = 3600;
/** GetSessionToken for IAM users. Source: API reference, DurationSeconds. */
export const DEFAULT_USER_SESSION_SECONDS = 43_200;
/** The account owner's sessions are cut to this. Source: API reference, GetSessionToken. */
export const ROOT_SESSION_SECONDS_MAX = 3600;
/** AssumeRoot's default, too. Source: API reference, AssumeRoot, DurationSeconds. */
export const ROOT_TASK_SECONDS_MAX = 900;
/** Source: API reference, AssumeRole, PolicyArns. */
export const SESSION_POLICY_ARNS_MAX = 10;
/**
 * The largest token, taken from the largest MinimumSessionTokenSize in the API reference.
 * `PackedPolicySize` and `SessionTokenUtilization` are percentages of it.
 */
export const MAX_SESSION_TOKEN_BYTES = 4096;

/** Patterns and lengths of the public STS service model. */
export const stsConstraints: ServiceConstraints = {
  errorCode: "ValidationError",
  showsValues: true,
  members: {
    RoleArn: {
      min: 20,
      max: 2048,
      pattern:
        "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u{10000}-\\u{10FFFF}]+",
    },
    RoleSessionName: { min: 2, max: 64, pattern: "[\\w+=,.@-]*" },
    Policy: { min: 1, max: 2048, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" },
    arn: { min: 20, max: 2048 },
    DurationSeconds: { min: SESSION_SECONDS_MIN, max: SESSION_SECONDS_MAX },
    "AssumeRoot.DurationSeconds": { min: 0, max: ROOT_TASK_SECONDS_MAX },
    "GetWebIdentityToken.DurationSeconds": { min: 60, max: 3600 },
    Audience: { min: 1, max: 10 },
    "Audience.member": { min: 1, max: 1000 },
    SigningAlgorithm: { values: ["RS256", "ES384"] },
    SubjectMode: { values: ["AWSIdentity", "OriginIdentity"] },
    TargetPrincipal: { min: 12, max: 2048 },
    "GetSessionToken.DurationSeconds": { min: 900, max: 129_600 },
    "GetFederationToken.DurationSeconds": { min: 900, max: 129_600 },
    "GetFederationToken.Name": { min: 2, max: 32, pattern: "[\\w+=,.@-]*" },
    AccessKeyId: { min: 16, max: 128, pattern: "[\\w]*" },
    EncodedMessage: { min: 1, max: 10_240 },
    WebIdentityToken: { min: 4, max: 20_000, secret: true },
    SAMLAssertion: { min: 4, max: 100_000, secret: true },
    PrincipalArn: { min: 20, max: 2048 },
    ProviderId: { min: 4, max: 2048 },
    Tags: { max: 50 },
    TransitiveTagKeys: { max: 50 },
    "TransitiveTagKeys.member": { min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    Key: { min: 1, max: 128, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+" },
    Value: { min: 0, max: 256, pattern: "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
    ExternalId: { min: 2, max: 1224, pattern: "[\\w+=,.@:\\/-]*" },
    SerialNumber: { min: 9, max: 256, pattern: "[\\w+=/:,.@-]*" },
    TokenCode: { min: 6, max: 6, pattern: "[\\d]*" },
    SourceIdentity: { min: 2, max: 64, pattern: "[\\w+=,.@-]*" },
    ProvidedContexts: { max: 5 },
    ContextAssertion: { min: 4, max: 2048 },
    ProviderArn: { min: 20, max: 2048 },
    MinimumSessionTokenSize: { min: 0, max: MAX_SESSION_TOKEN_BYTES },
  },
};
