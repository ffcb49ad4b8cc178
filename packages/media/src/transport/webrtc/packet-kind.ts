/** The protocols that share one port. */
export type PacketKind = "stun" | "dtls" | "media" | "unknown";

/** Tells them apart by the first byte (RFC 7983, 7). */
export function packetKind(datagram: Buffer): PacketKind {
  const first = datagram[0] ?? 255;
  if (first <= 3) {
    return "stun";
  }
  if (first >= 20 && first <= 63) {
    return "dtls";
  }
  return first >= 128 && first <= 191 ? "media" : "unknown";
}
