/*
 * Source: Organizations User Guide, "Quotas and service limits".
 */

export const UNITS_MAX = 2_000;
/** Delegated administrators of a service. */
export const ADMINISTRATORS_PER_SERVICE_MAX = 5;
export const INVITATION_DAYS = 15;
export const ALL_FEATURES_DAYS = 90;
/** Open invitations of an organization. */
export const OPEN_HANDSHAKES_MAX = 20;
export const TAGS_MAX = 50;
export const DAY_MS = 86_400_000;
/** A page, unless the request asks for less. Source: API reference, MaxResults. */
export const PAGE_SIZE = 20;

/** How many accounts can be closed in 30 days: a fifth of them, at least 250, at most 1,000. */
export function closesInMonth(accounts: number): number {
  return Math.min(Math.max(Math.floor(accounts / 5), 250), 1_000);
}
