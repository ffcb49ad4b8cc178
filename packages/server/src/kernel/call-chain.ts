import type { Caller } from "./principal.ts";

/** The caller whose credentials `service` passes on in a call that it makes for that caller. */
export function calledThrough(caller: Caller, service: string): Caller {
  // The bound was on the caller's own calls; the service chooses which calls it makes.
  const { forwardedOperations: _, ...rest } = caller;
  return { ...rest, chain: caller.chain ? [...caller.chain, service] : [service] };
}

/** The service that makes the call with the caller's credentials; undefined for its own calls. */
export function callingService({ chain }: Caller): string | undefined {
  return chain?.[chain.length - 1];
}
