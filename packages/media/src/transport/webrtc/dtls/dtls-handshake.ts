import type { SrtpMasters, SrtpProfile } from "../srtp/srtp-keys.ts";

/** A certificate's digest that the peer announced in its offer. */
export interface PeerFingerprint {
  /** Node's name of the digest, such as `sha256`. */
  readonly algorithm: string;
  /** `AB:CD:…`. */
  readonly value: string;
}

export interface DtlsHandshakeOptions {
  readonly peerFingerprints: readonly PeerFingerprint[];
  /** SRTP's profiles, the best first. */
  readonly profiles: readonly SrtpProfile[];
  readonly send: (datagram: Buffer) => void;
  /** The peer has the certificate that it announced. */
  readonly onKeys: (keys: SrtpMasters) => void;
  /** Called once: the peer has said that it leaves, or the handshake has failed. */
  readonly onEnd: (end: DtlsEnd) => void;
}

export interface DtlsEnd {
  readonly isFailure: boolean;
  readonly message: string;
}

/** The server's side of one DTLS association that carries nothing but SRTP's keys (RFC 5764). */
export interface DtlsHandshake {
  /** Takes a datagram of DTLS records. Never throws. */
  receive(datagram: Buffer, nowMs: number): void;
  /** Sends again what hasn't been answered. */
  tick(nowMs: number): void;
  /** Tells the peer that this is the end. */
  close(): void;
}
