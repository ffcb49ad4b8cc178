import type { RequestContext } from "../../../kernel/request-context.ts";
import type { LockInput } from "../rows/stored-lock.ts";

const DAY_MS = 24 * 3_600_000;

/** Condition keys of what a request asks for. */
export function lockKeys(
  {
    ObjectLockMode: mode,
    ObjectLockRetainUntilDate: until,
    ObjectLockLegalHoldStatus: hold,
  }: LockInput,
  { nowMs }: Pick<RequestContext, "nowMs">,
): Readonly<Record<string, string | undefined>> {
  return {
    "s3:object-lock-mode": mode,
    "s3:object-lock-retain-until-date": until?.toISOString(),
    "s3:object-lock-remaining-retention-days":
      until && String(Math.ceil((until.getTime() - nowMs) / DAY_MS)),
    "s3:object-lock-legal-hold": hold,
  };
}
