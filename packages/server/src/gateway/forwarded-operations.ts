import { AwsError } from "../kernel/aws-error.ts";
import { callingService } from "../kernel/call-chain.ts";
import type { Caller } from "../kernel/principal.ts";

/**
 * Holds a service that acts for its caller to the operations that it was registered for, whatever
 * else its caller may do.
 *
 * @throws AccessDenied for every other operation
 */
export function refuseUnforwarded(caller: Caller, service: string, operation: string): void {
  const { forwardedOperations } = caller;
  if (!forwardedOperations || forwardedOperations.includes(`${service}:${operation}`)) return;
  throw new AwsError(
    "AccessDenied",
    `${callingService(caller)} may not call ${service}:${operation} for its callers: its "forwards" in the setting linkedServices doesn't list it.`,
    { status: 403 },
  );
}
