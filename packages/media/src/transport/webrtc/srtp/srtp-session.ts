import { type RtpHeader, SEQUENCE_MODULUS, sequenceStep } from "../rtp/rtp-packet.ts";
import { canSeal } from "./can-seal.ts";
import { CounterSealer, SEALED_BYTES_MAX } from "./counter-sealer.ts";
import { ReplayWindow } from "./replay-window.ts";
import { type SrtpCipher, srtpCipher } from "./srtp-cipher.ts";
import { type SrtpMaster, sessionKeys } from "./srtp-keys.ts";

/** Sources that a peer sends from: layers, their repairs, and sound; far more than it has. */
const SOURCES_MAX = 64;
const RTCP_HEAD_BYTES = 8;
const INDEX_BYTES = 4;
const ENCRYPTED_FLAG = 0x80000000;
const EMPTY = Buffer.alloc(0);

/** One source of received RTP: where its sequence numbers are. */
interface Source {
  rollovers: number;
  highest: number;
  readonly window: ReplayWindow;
}

/** Decrypts what a peer sends, and drops what isn't genuine or came already. */
export class SrtpReceiver {
  readonly #rtp: SrtpCipher;
  readonly #rtcp: SrtpCipher;
  readonly #tagBytes: number;
  readonly #isAead: boolean;
  /** By SSRC; only sources of genuine packets. */
  readonly #sources = new Map<number, Source>();
  readonly #rtcpWindows = new Map<number, ReplayWindow>();

  constructor(master: SrtpMaster) {
    const { profile } = master;
    this.#rtp = srtpCipher(profile, sessionKeys(master, "rtp"), "rtp");
    this.#rtcp = srtpCipher(profile, sessionKeys(master, "rtcp"), "rtcp");
    this.#tagBytes = profile.tagBytes;
    this.#isAead = profile.isAead;
  }

  /** Returns the payload in clear. */
  rtp(header: RtpHeader, datagram: Buffer): Buffer | undefined {
    const { ssrc, sequence, bytes } = header;
    const end = datagram.length - (this.#isAead ? 0 : this.#tagBytes);
    if (end < bytes) {
      return undefined;
    }
    const known = this.#sources.get(ssrc);
    if (known === undefined && this.#sources.size === SOURCES_MAX) {
      return undefined;
    }
    const rollovers = known === undefined ? 0 : rolloversOf(known, sequence);
    if (rollovers < 0) {
      return undefined;
    }
    const index = rollovers * SEQUENCE_MODULUS + sequence;
    if (known?.window.isNew(index) === false) {
      return undefined;
    }
    const clear = this.#rtp.decrypt(
      { ssrc, rollovers, low: sequence },
      datagram.subarray(0, bytes),
      datagram.subarray(bytes, end),
      EMPTY,
      datagram.subarray(end),
    );
    if (clear === undefined) {
      return undefined;
    }
    const source = known ?? { rollovers, highest: sequence, window: new ReplayWindow() };
    source.window.add(index);
    if (known === undefined) {
      this.#sources.set(ssrc, source);
    } else if (index > source.rollovers * SEQUENCE_MODULUS + source.highest) {
      source.rollovers = rollovers;
      source.highest = sequence;
    }
    return clear;
  }

  /** Returns the compound packet in clear. */
  rtcp(datagram: Buffer): Buffer | undefined {
    const tagBytes = this.#isAead ? 0 : this.#tagBytes;
    const trailerAt = datagram.length - tagBytes - INDEX_BYTES;
    if (trailerAt < RTCP_HEAD_BYTES) {
      return undefined;
    }
    const word = datagram.readUInt32BE(trailerAt);
    const low = (word & ~ENCRYPTED_FLAG) >>> 0;
    const ssrc = datagram.readUInt32BE(4);
    const known = this.#rtcpWindows.get(ssrc);
    const isFull = known === undefined && this.#rtcpWindows.size === SOURCES_MAX;
    // Everybody encrypts: what isn't encrypted is nobody's.
    if (word < ENCRYPTED_FLAG || isFull || known?.isNew(low) === false) {
      return undefined;
    }
    const head = datagram.subarray(0, RTCP_HEAD_BYTES);
    const clear = this.#rtcp.decrypt(
      { ssrc, rollovers: 0, low },
      head,
      datagram.subarray(RTCP_HEAD_BYTES, trailerAt),
      datagram.subarray(trailerAt, trailerAt + INDEX_BYTES),
      datagram.subarray(trailerAt + INDEX_BYTES),
    );
    if (clear === undefined) {
      return undefined;
    }
    const window = known ?? new ReplayWindow();
    window.add(low);
    this.#rtcpWindows.set(ssrc, window);
    return Buffer.concat([head, clear]);
  }
}

export type RtpIdentity = Pick<RtpHeader, "ssrc" | "sequence">;

/** Encrypts what is sent to a peer. */
export class SrtpSender {
  readonly #rtp: SrtpCipher;
  readonly #rtcp: SrtpCipher;
  readonly #isAead: boolean;
  readonly #sealer: CounterSealer | undefined;
  readonly #sources = new Map<number, { rollovers: number; highest: number }>();
  readonly #rolloverBytes = Buffer.alloc(4);
  readonly #indexBytes = Buffer.alloc(INDEX_BYTES);
  #rtcpIndex = 0;

  constructor(master: SrtpMaster) {
    const { profile } = master;
    this.#rtp = srtpCipher(profile, sessionKeys(master, "rtp"), "rtp");
    this.#rtcp = srtpCipher(profile, sessionKeys(master, "rtcp"), "rtcp");
    this.#isAead = profile.isAead;
    this.#sealer =
      profile.isAead || !canSeal
        ? undefined
        : new CounterSealer(sessionKeys(master, "rtp"), profile.tagBytes);
  }

  /**
   * `head` is the packet's header with its extensions, `payload` what follows. `following`: so many
   * packets of the source are sent next, with the numbers that follow. The datagram is valid until
   * the next one is sealed, by whichever sender: see `keepSealed`.
   */
  rtp({ ssrc, sequence }: RtpIdentity, head: Buffer, payload: Buffer, following = 0): Buffer {
    const rollovers = this.#advance(ssrc, sequence);
    const sealer = this.#sealer;
    const identity = { ssrc, rollovers, low: sequence };
    if (sealer !== undefined && head.length === 12 && payload.length <= SEALED_BYTES_MAX) {
      return sealer.seal(identity, head, payload, following);
    }
    const encrypted = this.#rtp.encrypt(identity, head, payload, EMPTY);
    if (this.#isAead) {
      return Buffer.concat([head, encrypted]);
    }
    this.#rolloverBytes.writeUInt32BE(identity.rollovers);
    return Buffer.concat([head, encrypted, this.#rtp.tag(head, encrypted, this.#rolloverBytes)]);
  }

  rtcp(compound: Buffer): Buffer {
    this.#rtcpIndex += 1;
    const low = this.#rtcpIndex;
    const trailer = this.#indexBytes;
    trailer.writeUInt32BE((ENCRYPTED_FLAG | low) >>> 0);
    const head = compound.subarray(0, RTCP_HEAD_BYTES);
    const identity = { ssrc: compound.readUInt32BE(4), rollovers: 0, low };
    const encrypted = this.#rtcp.encrypt(
      identity,
      head,
      compound.subarray(RTCP_HEAD_BYTES),
      trailer,
    );
    const tag = this.#rtcp.tag(head, encrypted, trailer);
    return Buffer.concat([head, encrypted, trailer, tag]);
  }

  /** A packet that is sent again has the rollovers that it had. */
  #advance(ssrc: number, sequence: number): number {
    const known = this.#sources.get(ssrc);
    if (known === undefined) {
      this.#sources.set(ssrc, { rollovers: 0, highest: sequence });
      return 0;
    }
    const rollovers = Math.max(0, rolloversOf(known, sequence));
    if (
      rollovers > known.rollovers ||
      (rollovers === known.rollovers && sequence > known.highest)
    ) {
      known.rollovers = rollovers;
      known.highest = sequence;
    }
    return rollovers;
  }
}

/**
 * The rollovers that a sequence number most likely belongs to (RFC 3711, 3.3.1); -1 for one from
 * before the first packet.
 */
function rolloversOf(
  { rollovers, highest }: { readonly rollovers: number; readonly highest: number },
  sequence: number,
): number {
  const step = sequenceStep(highest, sequence);
  const place = highest + step;
  if (place >= SEQUENCE_MODULUS) {
    return rollovers + 1;
  }
  return place < 0 ? rollovers - 1 : rollovers;
}
