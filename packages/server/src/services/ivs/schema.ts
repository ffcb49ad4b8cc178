/**
 * The operations' schemas, for the wire. The only run-time import of the SDK in this service: the
 * rest takes types.
 */
export * as schemas from "@aws-sdk/client-ivs";
