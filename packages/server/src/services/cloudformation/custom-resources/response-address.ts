import { createHmac, timingSafeEqual } from "node:crypto";
import type { Signalled } from "../rows/signals.ts";

/** Custom resources' endpoints answer below this path. No bucket has such a name. */
export const RESPONSES_PATH = "/_cloudformation/responses/";

const PURPOSE = "rolecast cloudformation responses";

/** A request to an endpoint, as the address has it at which it is answered. */
export interface AskedResource extends Signalled {
  readonly requestId: string;
}

/** The path at which a request is answered. Whoever knows it may: its end can't be guessed. */
export function responsePath(asked: AskedResource, sealingKey: Uint8Array): string {
  const path = pathOf(asked);
  return `${path}/${proofOf(path, sealingKey)}`;
}

/** The request that a path answers; undefined where it wasn't made here. */
export function askedBy(path: string, sealingKey: Uint8Array): AskedResource | undefined {
  const parts = path.slice(RESPONSES_PATH.length).split("/");
  const [stack = "", logical_id = "", requestId = "", proof = ""] = parts;
  const front = path.slice(0, path.lastIndexOf("/"));
  const [own, given] = [Buffer.from(proofOf(front, sealingKey)), Buffer.from(proof)];
  if (parts.length !== 4 || own.length !== given.length || !timingSafeEqual(own, given))
    return undefined;
  return { stack_id: decodeURIComponent(stack), logical_id, requestId };
}

function pathOf({ stack_id, logical_id, requestId }: AskedResource): string {
  return `${RESPONSES_PATH}${encodeURIComponent(stack_id)}/${logical_id}/${requestId}`;
}

function proofOf(path: string, sealingKey: Uint8Array): string {
  return createHmac("sha256", sealingKey).update(`${PURPOSE}\n${path}`).digest("base64url");
}
