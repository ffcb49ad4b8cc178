import { AwsError } from "../../kernel/aws-error.ts";
import type { Denial } from "../../kernel/service.ts";

export function accessAnalyzerDenied(denial: Denial): AwsError {
  const { authorization, callerArn, reason, sameAccount } = denial;
  const because = sameAccount ? ` ${reason}` : "";
  const message =
    `User: ${callerArn} is not authorized to perform: ${authorization.action} ` +
    `on resource: ${authorization.resource}${because}`;
  return new AwsError("AccessDeniedException", message, { status: 403 });
}

/** A document that is no policy. Which words AWS has for it isn't known. */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message, { status: 400 });
}

/** A field whose value isn't what it must be. Source: API reference, ValidationException. */
export function invalidField(name: string, message: string): AwsError {
  return new AwsError("ValidationException", message, {
    status: 400,
    fields: { reason: "fieldValidationFailed", fieldList: [{ name, message }] },
  });
}

/** The kinds of resources that errors name. */
export type ResourceKind =
  | "Analyzer"
  | "ArchiveRule"
  | "Finding"
  | "AccessPreview"
  | "Recommendation"
  | "Resource";

export function notFound(kind: ResourceKind, id: string): AwsError {
  return new AwsError("ResourceNotFoundException", `The specified ${WORDS[kind]} does not exist.`, {
    status: 404,
    fields: { resourceId: id, resourceType: kind },
  });
}

const WORDS: Readonly<Record<ResourceKind, string>> = {
  Analyzer: "analyzer",
  ArchiveRule: "archive rule",
  Finding: "finding",
  AccessPreview: "access preview",
  Recommendation: "recommendation",
  Resource: "resource",
};

export function conflict(kind: ResourceKind, id: string, message: string): AwsError {
  return new AwsError("ConflictException", message, {
    status: 409,
    fields: { resourceId: id, resourceType: kind },
  });
}

/** Source: API reference: status 402. */
export function quotaExceeded(kind: string, id: string, message: string): AwsError {
  return new AwsError("ServiceQuotaExceededException", message, {
    status: 402,
    fields: { resourceId: id, resourceType: kind },
  });
}

/** A request that can't be honoured as a whole, or what isn't built. */
export function invalidRequest(
  message: string,
  reason: "other" | "notSupported" | "fieldValidationFailed",
): AwsError {
  return new AwsError("ValidationException", message, { status: 400, fields: { reason } });
}

export function accessDenied(message: string, cause?: unknown): AwsError {
  return new AwsError("AccessDeniedException", message, { status: 403, cause });
}

export function throttling(message: string): AwsError {
  return new AwsError("ThrottlingException", message, { status: 429 });
}

/** Source: API reference, CheckNoNewAccess, errors. */
export function unprocessable(message: string): AwsError {
  return new AwsError("UnprocessableEntityException", message, { status: 422 });
}
