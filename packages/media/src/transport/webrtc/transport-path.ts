/** A way to one address of a peer: a UDP socket and the address, or a TCP connection. */
export interface TransportPath {
  readonly address: string;
  readonly port: number;
  /** The port, for UDP; other transports have numbers of their own. */
  readonly key: number;
  /** Returns whether the datagram's memory is in use for longer than the call. */
  send(datagram: Buffer): boolean;
  /** Nothing more is sent or received by it; there is nothing to do for UDP. */
  close(): void;
}
