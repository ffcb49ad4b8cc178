import type { Caller } from "./principal.ts";

/**
 * The services that a call came through, as service principals (`ivs.amazonaws.com`), in order: the
 * caller called the first, each made the next call with the caller's credentials, and the last
 * makes this one. Condition keys (`aws:CalledVia` and its kin), CloudTrail's `invokedBy` and the
 * rules that ask which service calls all read it.
 *
 * A service that acts with a role of its own, service-linked or not, begins anew: a session's caller
 * has no chain. Source: IAM user guide, "Forward access sessions" and "AWS global condition context
 * keys", aws:CalledVia, aws:ViaAWSService.
 */
export type CallChain = readonly [first: string, ...further: string[]];

/** The caller whose credentials `service` passes on in a call that it makes for that caller. */
export function calledThrough(caller: Caller, service: string): Caller {
  // What bound the caller bound its own calls; those of the service are the service's to choose.
  const { forwardedOperations: _, ...rest } = caller;
  return { ...rest, chain: caller.chain ? [...caller.chain, service] : [service] };
}

/** The service that makes the call with the caller's credentials; undefined for its own calls. */
export function callingService({ chain }: Caller): string | undefined {
  return chain?.[chain.length - 1];
}
