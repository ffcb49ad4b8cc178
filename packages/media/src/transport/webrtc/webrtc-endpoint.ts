import { packetKind } from "./packet-kind.ts";
import {
  parseStun,
  STUN_ATTRIBUTE,
  STUN_TYPE,
  type StunMessage,
  writeBindingError,
} from "./stun/stun-message.ts";
import type { TransportPath } from "./transport-path.ts";
import type { WebrtcPeer } from "./webrtc-peer.ts";

/** Deadlines and repetitions are kept to this precision. */
const TICK_MS = 20;
/** Paths of one peer: an address for each of its interfaces, in both families. */
const PATHS_OF_PEER_MAX = 16;

/** A peer and the path that one of its checks has proven. */
interface ProvenPath {
  readonly path: TransportPath;
  readonly peer: WebrtcPeer;
}

export interface WebrtcEndpointOptions {
  readonly monotonicMs: () => number;
  /** A peer's handler has thrown: it has to go, and no other one is concerned. */
  readonly onError: (peer: WebrtcPeer, error: unknown) => void;
}

/**
 * All peers behind one port. A peer is found by the name in its first check (RFC 8445, 7.3), and by
 * its address from then on.
 */
export class WebrtcEndpoint {
  readonly #options: WebrtcEndpointOptions;
  /** By our half of the name. */
  readonly #peers = new Map<string, WebrtcPeer>();
  /** By the path's key: most have one of their own. */
  readonly #proven = new Map<number, ProvenPath[]>();
  readonly #pathsOf = new Map<WebrtcPeer, number>();
  #ticker: NodeJS.Timeout | undefined;

  constructor(options: WebrtcEndpointOptions) {
    this.#options = options;
  }

  get peers(): number {
    return this.#peers.size;
  }

  add(peer: WebrtcPeer): void {
    this.#peers.set(peer.iceUfrag, peer);
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
  }

  /** Closes the peer, if it isn't closed. Nothing more is received for it. */
  remove(peer: WebrtcPeer): void {
    peer.close();
    this.#peers.delete(peer.iceUfrag);
    this.#pathsOf.delete(peer);
    for (const [key, found] of this.#proven) {
      const left = found.filter((proven) => proven.peer !== peer);
      if (left.length === 0) {
        this.#proven.delete(key);
      } else if (left.length < found.length) {
        this.#proven.set(key, left);
      }
    }
    if (this.#peers.size === 0) {
      clearInterval(this.#ticker);
      this.#ticker = undefined;
    }
  }

  close(): void {
    for (const peer of [...this.#peers.values()]) {
      this.remove(peer);
    }
  }

  /**
   * Takes a datagram that came by a path of this address and key. `pathOf` makes the path when it
   * is to be answered. Returns whether the path is a peer's.
   */
  receive(datagram: Buffer, address: string, key: number, pathOf: () => TransportPath): boolean {
    const kind = packetKind(datagram);
    const nowMs = this.#options.monotonicMs();
    const proven = this.#proven.get(key)?.find(({ path }) => path.address === address);
    if (kind === "stun") {
      return this.#stun(datagram, proven, pathOf, nowMs);
    }
    if (proven === undefined) {
      return false;
    }
    const { peer } = proven;
    try {
      if (kind === "media") {
        peer.media(datagram, nowMs);
      } else if (kind === "dtls") {
        peer.dtls(datagram, nowMs);
      }
    } catch (error) {
      this.#options.onError(peer, error);
    }
    if (peer.isClosed) {
      this.remove(peer);
    }
    return true;
  }

  #stun(
    datagram: Buffer,
    proven: ProvenPath | undefined,
    pathOf: () => TransportPath,
    nowMs: number,
  ): boolean {
    const message = parseStun(datagram);
    if (message?.type !== STUN_TYPE.bindingRequest) {
      return proven !== undefined;
    }
    const ufrag = ufragOf(message);
    if (ufrag === "") {
      return false;
    }
    const peer = this.#peers.get(ufrag);
    const path = proven?.peer === peer && proven !== undefined ? proven.path : pathOf();
    if (peer === undefined || !peer.check(message, path, nowMs)) {
      refuse(message, path);
      return false;
    }
    if (path !== proven?.path) {
      this.#prove(peer, path);
    }
    return true;
  }

  #prove(peer: WebrtcPeer, path: TransportPath): void {
    const paths = this.#pathsOf.get(peer) ?? 0;
    if (paths < PATHS_OF_PEER_MAX) {
      this.#pathsOf.set(peer, paths + 1);
      const others = (this.#proven.get(path.key) ?? []).filter(
        (proven) => proven.path.address !== path.address,
      );
      this.#proven.set(path.key, [...others, { path, peer }]);
    }
  }

  #tick(): void {
    const nowMs = this.#options.monotonicMs();
    for (const peer of [...this.#peers.values()]) {
      try {
        peer.tick(nowMs);
      } catch (error) {
        this.#options.onError(peer, error);
      }
      if (peer.isClosed) {
        this.remove(peer);
      }
    }
  }
}

/**
 * Also after its end: a peer that hears this knows that nothing more will come. Whoever writes
 * another's address into a datagram makes us send no more than it could send itself.
 */
function refuse({ transactionId, bytes }: StunMessage, path: TransportPath): void {
  const answer = writeBindingError(transactionId, 401);
  if (answer.length <= bytes.length) {
    path.send(answer);
  }
}

/** Our half of `<ours>:<theirs>`; empty for a request that isn't a peer's. */
function ufragOf({ attributes }: StunMessage): string {
  const username = attributes.get(STUN_ATTRIBUTE.username)?.toString("latin1") ?? "";
  return username.slice(0, Math.max(username.indexOf(":"), 0));
}
