/** The end of a handler's message as CloudFormation gives it, of a call that was denied. */
const DENIED = /Request ID: ([-0-9a-f]{36})\)?" .*HandlerErrorCode: AccessDenied\)/;

/**
 * The id of the request whose denial is the reason of a status; the decisions about it are found by
 * this id. Undefined for any other reason.
 */
export function deniedRequestOf(reason: string): string | undefined {
  return DENIED.exec(reason)?.[1];
}
