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
