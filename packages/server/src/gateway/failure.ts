import {
  AuthError,
  type ServiceWire,
  WireError,
  type WireRequest,
  type WireResponse,
} from "@rolecast/wire";
import { AwsError } from "../kernel/aws-error.ts";
import { errorTrace } from "../kernel/error-class.ts";
import { DiskFullError, isDiskFull } from "../kernel/ports/disk-space.ts";
import type { Log } from "../kernel/ports/log.ts";
import { StoreUnavailableError } from "../kernel/store.ts";
import { NoRoomForBodyError } from "./body-budget.ts";
import type { RegisteredService } from "./registered-service.ts";
import { ClientGoneError } from "./request-body.ts";
import type { ServiceRegistry } from "./service-registry.ts";

/** The code of an internal error in each protocol. */
const INTERNAL_CODES = {
  awsQuery: "InternalFailure",
  awsJson1_0: "InternalFailure",
  awsJson1_1: "InternalFailure",
  rpcV2Cbor: "InternalFailure",
  restJson1: "InternalServerException",
  restXml: "InternalError",
} as const;

/** Source: S3's error responses, and the services' "Common errors". */
const THROTTLING_CODES = {
  awsQuery: "Throttling",
  awsJson1_0: "ThrottlingException",
  awsJson1_1: "ThrottlingException",
  rpcV2Cbor: "ThrottlingException",
  restJson1: "ThrottlingException",
  restXml: "SlowDown",
} as const;

/**
 * Callers' mistakes become AwsErrors with their message. Internal errors are logged, without
 * details for the caller.
 */
export function toAwsError(error: unknown, { service }: RegisteredService, log: Log): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof WireError) {
    return new AwsError(error.code, error.message, { status: error.status, fields: error.fields });
  }
  if (error instanceof AuthError) {
    return new AwsError(error.code, error.message, { status: error.status, fields: error.fields });
  }
  const { name, protocol } = service.definition;
  if (error instanceof ClientGoneError) {
    return new AwsError("RequestTimeout", error.message, { status: 400 });
  }
  if (error instanceof NoRoomForBodyError) {
    const headers = { "retry-after": "1" };
    const options = { status: 503, fault: "server", headers } as const;
    return new AwsError(THROTTLING_CODES[protocol], error.message, options);
  }
  if (error instanceof StoreUnavailableError) {
    log.error({ service: name, error: error.message }, "database unavailable");
    // Source: "Common Errors" in the API reference of IAM, STS and IVS; S3's error codes.
    return new AwsError("ServiceUnavailable", error.message, { status: 503, fault: "server" });
  }
  // Logged when the disk becomes low, not for each body.
  if (error instanceof DiskFullError)
    return new AwsError("ServiceUnavailable", error.message, { status: 503, fault: "server" });
  if (isDiskFull(error)) {
    log.error({ service: name, error: String(error) }, "disk full");
    const message = "Rolecast's disk is full: make room where its data folder is, then try again.";
    return new AwsError("ServiceUnavailable", message, { status: 503, fault: "server" });
  }
  log.error({ service: name, error: errorTrace(error) }, "internal error");
  return new AwsError(
    INTERNAL_CODES[protocol],
    "We encountered an internal error. Please try again.",
    { status: 500 },
  );
}

/** The refusal of a URL that asks for another operation than the signed one. */
export function unsignedSelection(operation: string): AwsError {
  const message = `The URL's signature (version 2) doesn't cover the query parameters that ask for ${operation}. Sign with version 4.`;
  return new AwsError("AccessDenied", message, { status: 403 });
}

/** Encodes an error in the service's protocol. */
export function encodeFailure(
  error: AwsError,
  wire: ServiceWire,
  requestId: string,
  request: WireRequest,
): WireResponse {
  const { code, message, status, fault, fields, headers } = error;
  const response = wire.encodeError({ code, message, status, fault, fields }, requestId, request);
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** Answers requests that name an unknown service, in a form that JSON and XML clients can read. */
export function unknownService(
  { name, requestId, isForm }: { name: string; requestId: string; isForm: boolean },
  { all }: ServiceRegistry,
): WireResponse {
  const served = all.map(({ service }) => service.definition.name).join(", ");
  const message = `Rolecast has no service "${name}": it serves ${served}.`;
  const headers = { "x-amzn-requestid": requestId, "x-amzn-errortype": "UnknownService" };
  if (isForm) {
    const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
    return {
      status: 501,
      headers: { ...headers, "content-type": "text/xml" },
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>UnknownService</Code><Message>${text}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  }
  return {
    status: 501,
    headers: { ...headers, "content-type": "application/x-amz-json-1.1" },
    body: JSON.stringify({ __type: "UnknownService", message }),
  };
}
