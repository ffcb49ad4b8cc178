import { timingSafeEqual } from "node:crypto";
import type { Signalled } from "../rows/signals.ts";
import type { ResourceRow } from "../tables.ts";

/** Wait conditions' handles are addresses below this path. No bucket has such a name. */
export const SIGNALS_PATH = "/_cloudformation/signals/";

/** The path of a handle; whoever knows its secret may signal. */
export function handlePath({ stack_id, logical_id }: Signalled, secret: string): string {
  return `${SIGNALS_PATH}${encodeURIComponent(stack_id)}/${logical_id}/${secret}`;
}

/** The resource whose handle an address or a path is. */
export function signalledBy(address: string): Signalled | undefined {
  const at = address.indexOf(SIGNALS_PATH);
  if (at < 0) return undefined;
  const [stack = "", logical_id = ""] = address.slice(at + SIGNALS_PATH.length).split("/");
  try {
    return { stack_id: decodeURIComponent(stack), logical_id };
  } catch {
    return undefined;
  }
}

/** Whether a whole address is that of a handle which is there. */
export function isHandle(row: ResourceRow | undefined, address: string): boolean {
  return isThere(row) && isSame(row.physical_id, address);
}

/** The same of an address's path, as a signal comes to it. */
export function isHandlePath(row: ResourceRow | undefined, path: string): boolean {
  return isThere(row) && isSame(new URL(row.physical_id).pathname, path);
}

function isThere(
  row: ResourceRow | undefined,
): row is ResourceRow & { readonly physical_id: string } {
  if (!row?.physical_id || row.status.startsWith("DELETE")) return false;
  return row.type === "AWS::CloudFormation::WaitConditionHandle";
}

/** How long it takes tells nothing of the secret. */
function isSame(own: string, given: string): boolean {
  const [one, other] = [Buffer.from(own), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
