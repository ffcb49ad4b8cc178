import type { Clock } from "../../../kernel/clock.ts";
import { LruMap } from "../../../kernel/lru-map.ts";
import type { Store } from "../../../kernel/store.ts";
import { arns } from "../resource-arn.ts";
import { findNodeUrl } from "../rows/nodes.ts";
import { newestSession } from "../rows/stream-sessions.ts";
import type { IvsTables, StreamSessionRow } from "../tables.ts";
import type { OwnedStreams, Playable } from "./owned-streams.ts";
import { streamUnavailable } from "./peer-calls.ts";
import type { PeerSignature } from "./peer-signature.ts";
import { PeerStreams } from "./peer-streams.ts";

/** For viewers: a stream that moved to another node is found there this much later at most. */
const KNOWN_FOR_MS = 1_000;
const CHANNELS_MAX = 10_000;
/** Nodes that are spoken with at the same time; each keeps what its viewers ask for most. */
const PEERS_MAX = 16;

export interface StreamDirectoryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly signature: PeerSignature;
  readonly local: OwnedStreams;
  /** This node has a stream of the channel that hasn't ended. */
  readonly isLive: (channelArn: string) => boolean;
  readonly nodeId: () => string;
}

/** A stream that playback shows, and the node's streams that it asks for it. */
export interface Playing extends Playable {
  readonly streams: OwnedStreams;
}

/** Knows which node has a channel's stream. If the database isn't shared, this one has all. */
export class StreamDirectory {
  readonly #options: StreamDirectoryOptions;
  readonly #store: Store<IvsTables>;
  readonly #peers = new LruMap<string, PeerStreams>(PEERS_MAX);
  readonly #known = new LruMap<string, { atMs: number; streams: Promise<OwnedStreams> }>(
    CHANNELS_MAX,
  );

  constructor(options: StreamDirectoryOptions) {
    this.#options = options;
    this.#store = options.store.tables<IvsTables>();
  }

  /** Resolves to the stream that can be played now. Rejects with StreamUnavailable. */
  async playing(channelArn: string): Promise<Playing | undefined> {
    const streams = this.#isHere(channelArn)
      ? this.#options.local
      : await this.#lastKnown(channelArn);
    const playable = await streams.playable(channelArn);
    return playable && { ...playable, streams };
  }

  /** The node that has the channel's stream, or this one if none has. */
  async ownerOf(channelArn: string): Promise<OwnedStreams> {
    if (this.#isHere(channelArn)) return this.#options.local;
    const session = await this.#newestSession(channelArn);
    return session ? this.#streamsOf(session.owner) : this.#options.local;
  }

  /** Another node that has an open session of the channel. */
  async elsewhere(channelArn: string): Promise<OwnedStreams | undefined> {
    const session = await this.#newestSession(channelArn);
    if (!session || session.ended_at_ms !== null) return undefined;
    const streams = await this.#streamsOf(session.owner);
    return streams === this.#options.local ? undefined : streams;
  }

  /** The streams of the node of this id, empty for this one; undefined once it has gone. */
  async nodeOf(nodeId: string): Promise<OwnedStreams | undefined> {
    return nodeId === "" ? this.#options.local : this.#findStreams(nodeId);
  }

  /** Counts the viewers of each stream, by its id; 0 if its node isn't reached. */
  async viewerCounts(sessions: readonly StreamSessionRow[]): Promise<ReadonlyMap<string, number>> {
    const byOwner = new Map<string, StreamSessionRow[]>();
    for (const session of sessions)
      byOwner.set(session.owner, [...(byOwner.get(session.owner) ?? []), session]);
    const counts = new Map<string, number>();
    const ask = async (owner: string, theirs: readonly StreamSessionRow[]) => {
      const ids = theirs.map((session) => session.stream_id);
      const counted = await (await this.#streamsOf(owner)).viewerCounts(ids);
      for (const [index, id] of ids.entries()) counts.set(id, counted[index] ?? 0);
    };
    await Promise.allSettled([...byOwner].map(([owner, theirs]) => ask(owner, theirs)));
    return counts;
  }

  #isHere(channelArn: string): boolean {
    return !this.#store.shared || this.#options.isLive(channelArn);
  }

  #lastKnown(channelArn: string): Promise<OwnedStreams> {
    const nowMs = this.#options.clock.nowMs();
    const known = this.#known.get(channelArn);
    if (known && nowMs - known.atMs < KNOWN_FOR_MS) return known.streams;
    const streams = this.ownerOf(channelArn);
    this.#known.set(channelArn, { atMs: nowMs, streams });
    return streams;
  }

  /** A stream that has ended can still be played for a while, where it was. */
  async #newestSession(channelArn: string): Promise<StreamSessionRow | undefined> {
    const reference = arns.parse(channelArn);
    if (!reference) return undefined;
    return newestSession(this.#store.db, reference, reference.id);
  }

  async #streamsOf(owner: string): Promise<OwnedStreams> {
    const streams = await this.#findStreams(owner);
    if (!streams) throw streamUnavailable("its node has gone");
    return streams;
  }

  async #findStreams(owner: string): Promise<OwnedStreams | undefined> {
    const { local, nodeId, signature, clock } = this.#options;
    if (!this.#store.shared || owner === nodeId()) return local;
    const url = await findNodeUrl(this.#store.db, owner, nodeId());
    if (url === undefined) return undefined;
    const known = this.#peers.get(owner);
    // What was learned of a peer holds for the address at which it was learned.
    const peer =
      known?.url === url ? known : new PeerStreams({ nodeId: owner, url }, signature, clock);
    this.#peers.set(owner, peer);
    return peer;
  }
}
