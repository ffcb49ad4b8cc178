import type { Signalled } from "../rows/signals.ts";

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
