import assert from "node:assert";
import { payloadMember } from "../codec/http-bindings.ts";
import type { StructureShape } from "../schema/shape.ts";

/** No JSON service here has a payload member; one that does needs its codec written first. */
export function assertNoPayload(shape: StructureShape): void {
  assert(payloadMember(shape) === undefined, `${shape.name} has a payload member in restJson1`);
}
