/** RFC 5246, 7.2. */
export const ALERT = {
  closeNotify: 0,
  unexpectedMessage: 10,
  handshakeFailure: 40,
  badCertificate: 42,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
  internalError: 80,
} as const;

/** The handshake can't go on; the peer gets the alert. */
export class HandshakeFailure extends Error {
  readonly alert: keyof typeof ALERT;

  constructor(alert: keyof typeof ALERT, message: string) {
    super(message);
    this.alert = alert;
  }
}
