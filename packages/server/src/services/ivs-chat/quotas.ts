/*
 * Source: IVS Chat user guide, "Service Quotas", per account and Region unless said otherwise. AWS
 * doesn't publish the figures that are marked; those are the ones of their neighbours.
 */

/** Not published; as IVS's guide had it for other resources of many. */
export const ROOMS_MAX = 50_000;
export const LOGGING_CONFIGURATIONS_MAX = 10;
/** Tags of a resource. Source: API reference, "Tagging". */
export const TAGS_MAX = 50;
export const CONNECTIONS_MAX = 50_000;
/** Requests of a connection within a second, as callers have seen it. */
export const CONNECTION_REQUESTS_PER_SECOND = 10;
/** Messages of all rooms within a second. Not published. */
export const MESSAGES_PER_SECOND = 1_000;
/** DeleteMessage over all rooms within a second, by both APIs together. */
export const DELETIONS_PER_SECOND = 100;
/** DisconnectUser likewise. Not published. */
export const DISCONNECTIONS_PER_SECOND = 100;
/** A room's own limits where none are given. Source: API reference, CreateRoom. */
export const MESSAGE_RATE_DEFAULT = 10;
export const MESSAGE_LENGTH_DEFAULT = 500;
