import type { AnnouncedMetadata } from "../container/flv/metadata.ts";
import type { SessionEndReason } from "../port/events.ts";
import type { ReadPace } from "../runtime/stepped-reads.ts";

/** The connection as the broadcast sees it. */
export interface Publisher {
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  /** False once the encoder has left, or was told to. */
  readonly open: boolean;
  /** Tells the encoder why, then closes. Calls nothing back. */
  disconnect(description: string): void;
  /** What it sent can't be taken: ends the connection as if its feed had thrown this. */
  fail(error: unknown): void;
}

/**
 * Where an accepted publisher's media goes: bodies of FLV tags, which is what RTMP carries; other protocols make them.
 * Throwing MediaError ends the connection.
 */
export interface MediaFeed {
  /** How promptly its media is to be read; left out, `prompt`. */
  readonly pace?: ReadPace | undefined;
  /** `timestampMs` has 32 bits and wraps; `body` is scratch memory, valid during the call. */
  video(timestampMs: number, body: Buffer): void;
  audio(timestampMs: number, body: Buffer): void;
  metadata(announced: AnnouncedMetadata): void;
  /** The connection is over, or the encoder unpublished. Called once. */
  end(reason: SessionEndReason, message: string): void;
}
