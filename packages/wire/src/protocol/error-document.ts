import type { DocumentCodec } from "../codec/compile-document.ts";
import { headerValue } from "../codec/http-header-text.ts";
import type { ErrorShape } from "../schema/shape.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { isMessageMember } from "./json-body.ts";
import type { ErrorOutput } from "./protocol.ts";

/** An error as a document that names its own type, as awsJson and Smithy RPC have it. */
export function errorDocument(
  type: string,
  { message, fields = {} }: ErrorOutput,
  shape: ErrorShape | undefined,
  codec: DocumentCodec,
): Record<string, unknown> {
  const modelled = shape?.structure.members.find(isMessageMember)?.name;
  return {
    ...(shape ? (codec.structureWriter(shape.structure)(fields) as object) : fields),
    __type: type,
    // AWS's KMS has errors without words, and leaves the member out then.
    ...(message === "" ? {} : { [modelled ?? "message"]: message }),
  };
}

/** The code by which clients of a service's former awsQuery API know an error. */
export function queryError(
  { queryCompatible }: ServiceDefinition,
  { code, fault }: ErrorOutput,
  shape: ErrorShape | undefined,
): Record<string, string> {
  if (!queryCompatible) return {};
  const side = fault === "client" ? "Sender" : "Receiver";
  return { "x-amzn-query-error": headerValue(`${shape?.code ?? code};${side}`) };
}
