/**
 * A request couldn't be sent, or wasn't answered. `reason` goes after "because" and into logs, so
 * it holds nothing of the request. Other errors' messages do, header values among them.
 */
export class OutgoingError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = "OutgoingError";
    this.reason = reason;
  }
}
