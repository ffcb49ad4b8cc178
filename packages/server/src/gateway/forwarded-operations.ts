import { AwsError } from "../kernel/aws-error.ts";
import type { Caller } from "../kernel/principal.ts";

/**
 * A service that acts for its caller is held to the operations that it was registered for, whatever
 * else its caller may do.
 */
export function refuseUnforwarded({ forwarded }: Caller, service: string, operation: string): void {
  if (!forwarded || forwarded.operations.includes(`${service}:${operation}`)) return;
  throw new AwsError(
    "AccessDenied",
    `${forwarded.servicePrincipal} may not call ${service}:${operation} for its callers: its "forwards" in the setting linkedServices doesn't list it.`,
    { status: 403 },
  );
}
