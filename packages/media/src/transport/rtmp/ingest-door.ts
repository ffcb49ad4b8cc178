import type { Socket } from "node:net";

/** What comes through a door. */
export interface DoorKeeper {
  /** A TCP connection of which nothing was read; `secure` when TLS is to be spoken on it. */
  accept(socket: Socket, secure: boolean): void;
  /** The operating system could not give us a connection. */
  acceptFailed(): void;
}

export interface ListeningPorts {
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
}

/** Where encoders' connections come from: ports of this process, or another process that listens. */
export interface IngestDoor {
  open(keeper: DoorKeeper): Promise<ListeningPorts>;
  /** No connection comes any more. Those that came are not its business. */
  close(): void;
}
