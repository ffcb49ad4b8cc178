import type { PeerFingerprint } from "./dtls/dtls-handshake.ts";
import type { AgreedMedia } from "./sdp/agreed-media.ts";
import { refusal, type SessionDescription } from "./sdp/session-description.ts";

/** The transport that a peer offers, which all its tracks share. */
export interface OfferedTransport {
  readonly iceUfrag: string;
  readonly fingerprints: readonly PeerFingerprint[];
}

/** Digests that certificates are announced by (RFC 8122, 5), and node's names for them. */
const DIGESTS: ReadonlyMap<string, string> = new Map([
  ["sha-256", "sha256"],
  ["sha-384", "sha384"],
  ["sha-512", "sha512"],
]);

/**
 * Reads the transport of an offer. Throws MediaError `refused` where tracks don't share one, or
 * where it couldn't be spoken by.
 */
export function offeredTransport(
  { sections, bundle }: SessionDescription,
  { video, audio }: AgreedMedia,
): OfferedTransport {
  const tracks = [video, audio].filter((track) => track !== undefined);
  const used = tracks
    .map(({ section }) => sections[section])
    .filter((found) => found !== undefined);
  if (used.length > 1 && !tracks.every(({ mid }) => bundle.includes(mid))) {
    throw refusal("the offer's tracks must share one transport (a=group:BUNDLE)");
  }
  // The transport is the first one's of the bundle, though that one may be rejected.
  const tag = sections.find(({ mid }) => mid !== undefined && mid === bundle[0]);
  const carrier = tag ?? used[0];
  if (carrier?.iceUfrag === undefined || carrier.icePassword === undefined) {
    throw refusal("the offer has no ICE credentials (a=ice-ufrag, a=ice-pwd)");
  }
  if (used.some(({ hasRtcpMux }) => !hasRtcpMux)) {
    throw refusal("the offer must send RTP and RTCP by one port (a=rtcp-mux)");
  }
  if (carrier.setup === "passive") {
    throw refusal("the offer must let the peer begin DTLS (a=setup:actpass or active)");
  }
  const fingerprints = carrier.fingerprints.flatMap(({ algorithm, value }) => {
    const digest = DIGESTS.get(algorithm);
    return digest === undefined ? [] : [{ algorithm: digest, value }];
  });
  if (fingerprints.length === 0) {
    throw refusal("the offer has no fingerprint of SHA-256, SHA-384 or SHA-512");
  }
  return { iceUfrag: carrier.iceUfrag, fingerprints };
}
