import type { ServiceDefinition } from "@rolecast/wire";
import { AwsError } from "../kernel/aws-error.ts";

type Protocol = ServiceDefinition["protocol"];

/** The failures of a request's credentials, whatever each protocol calls them. */
export type AuthenticationProblem =
  | "missing"
  | "unknown-key"
  | "inactive-key"
  | "invalid-token"
  | "expired-token";

interface Answer {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

const INVALID = "The security token included in the request is invalid.";
const EXPIRED = "The security token included in the request is expired";

/** Services with awsJson and Smithy RPC answer all callers' mistakes with status 400. */
const AWS_JSON: Readonly<Record<AuthenticationProblem, Answer>> = {
  missing: answer("MissingAuthenticationTokenException", 400, "Missing Authentication Token"),
  "unknown-key": answer("UnrecognizedClientException", 400, INVALID),
  "inactive-key": answer("UnrecognizedClientException", 400, INVALID),
  "invalid-token": answer("UnrecognizedClientException", 400, INVALID),
  "expired-token": answer("ExpiredTokenException", 400, EXPIRED),
};

/** Sources: IAM and STS "Common errors"; S3 "Error responses"; AWS JSON services as observed. */
const ANSWERS: Readonly<Record<Protocol, Readonly<Record<AuthenticationProblem, Answer>>>> = {
  awsQuery: {
    missing: answer("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    "unknown-key": answer("InvalidClientTokenId", 403, INVALID),
    "inactive-key": answer("InvalidClientTokenId", 403, INVALID),
    "invalid-token": answer("InvalidClientTokenId", 403, INVALID),
    "expired-token": answer("ExpiredToken", 403, EXPIRED),
  },
  awsJson1_0: AWS_JSON,
  awsJson1_1: AWS_JSON,
  rpcV2Cbor: AWS_JSON,
  restJson1: {
    missing: answer("MissingAuthenticationTokenException", 403, "Missing Authentication Token"),
    "unknown-key": answer("UnrecognizedClientException", 403, INVALID),
    "inactive-key": answer("UnrecognizedClientException", 403, INVALID),
    "invalid-token": answer("UnrecognizedClientException", 403, INVALID),
    "expired-token": answer("ExpiredTokenException", 403, EXPIRED),
  },
  restXml: {
    missing: answer("AccessDenied", 403, "Access Denied"),
    "unknown-key": answer(
      "InvalidAccessKeyId",
      403,
      "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "inactive-key": answer(
      "InvalidAccessKeyId",
      403,
      "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "invalid-token": answer(
      "InvalidToken",
      400,
      "The provided token is malformed or otherwise invalid.",
    ),
    "expired-token": answer("ExpiredToken", 400, "The provided token has expired."),
  },
};

function answer(code: string, status: number, message: string): Answer {
  return { code, status, message };
}

/** S3 quotes the key id that it doesn't know. */
export function authenticationError(
  problem: AuthenticationProblem,
  protocol: Protocol,
  accessKeyId?: string,
): AwsError {
  const { code, status, message } = ANSWERS[protocol][problem];
  const quotes = code === "InvalidAccessKeyId" && accessKeyId !== undefined;
  return new AwsError(code, message, {
    status,
    ...(quotes ? { fields: { AWSAccessKeyId: accessKeyId } } : {}),
  });
}
