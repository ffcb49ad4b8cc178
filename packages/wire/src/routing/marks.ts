import type { WireRequest } from "../message.ts";
import type { ApiDefinition } from "../service-definition.ts";

/*
 * What a request says of the API that it is for, before any of its operations is known. APIs that
 * share a signing name are distinguished by it without their schemas.
 */

export const TARGET_HEADER = "x-amz-target";
export const CBOR_PROTOCOL = "rpc-v2-cbor";
const CBOR_PATH = /\/service\/([^/]+)\/operation\/([^/]+)$/;

/** Whether the requests of the API carry a mark. */
export function carriesMark({ targetPrefix, markingHeader }: ApiDefinition): boolean {
  return targetPrefix !== undefined || markingHeader !== undefined;
}

/** Whether a request carries the API's mark, be there such an operation or not. */
export function isMarked(
  { protocol, targetPrefix = "", markingHeader }: ApiDefinition,
  request: WireRequest,
): boolean {
  switch (protocol) {
    case "awsJson1_0":
    case "awsJson1_1":
      return targetOf(request, targetPrefix) !== undefined;
    case "rpcV2Cbor":
      return cborOperationOf(request, targetPrefix) !== undefined;
    case "awsQuery":
    case "restJson1":
    case "restXml":
      return markingHeader !== undefined && request.headers[markingHeader] !== undefined;
    default:
      return protocol satisfies never;
  }
}

/**
 * awsJson: the name of the operation that `X-Amz-Target` asks the API for. Some SDKs write a
 * namespace before the prefix.
 */
export function targetOf({ headers }: WireRequest, prefix: string): string | undefined {
  const target = headers[TARGET_HEADER] ?? "";
  const dot = target.lastIndexOf(".");
  if (dot < 0) return undefined;
  const before = target.slice(0, dot);
  const isNamed = before === prefix || before.endsWith(`.${prefix}`);
  return isNamed ? target.slice(dot + 1) : undefined;
}

/** rpcV2Cbor: the name of the operation that the path asks the API for. */
export function cborOperationOf(
  { method, headers, rawPath }: WireRequest,
  prefix: string,
): string | undefined {
  if (method !== "POST" || headers["smithy-protocol"] !== CBOR_PROTOCOL) return undefined;
  const [, service, operation] = CBOR_PATH.exec(rawPath) ?? [];
  return service === prefix ? operation : undefined;
}
