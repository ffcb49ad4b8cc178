import assert from "node:assert";
import { payloadMember } from "../codec/http-bindings.ts";
import type { StructureShape } from "../schema/shape.ts";

/** The member that is an output's whole body, as it comes. */
export function streamedPayload(shape: StructureShape): string | undefined {
  const member = payloadMember(shape);
  return member?.target.kind === "streamingBlob" ? member.name : undefined;
}

/** No JSON service here has another payload member; one that does needs its codec written first. */
export function assertNoPayload(shape: StructureShape): void {
  assert(payloadMember(shape) === undefined, `${shape.name} has a payload member in restJson1`);
}
