import type { SessionEndReason } from "../port/events.ts";
import type { AnnouncedMedia, UnitSink } from "../port/media-unit.ts";
import type { ReadPace } from "../runtime/stepped-reads.ts";

/** A connection in words. */
export interface PublisherFacts {
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
}

/** The connection as the broadcast sees it. */
export interface Publisher extends PublisherFacts {
  /** False once the encoder has left, or was asked to. */
  readonly open: boolean;
  /** Answers the encoder why, then closes. Calls nothing back. */
  disconnect(description: string): void;
  /** Ends the connection as if its sink had thrown this error: its media can't be taken. */
  fail(error: unknown): void;
}

/** Takes an accepted publisher's media. A MediaError that it throws ends the connection. */
export interface MediaSink extends UnitSink {
  /** How promptly the connection should be read; `prompt` if left out. */
  readonly pace?: ReadPace | undefined;
  /**
   * Bits per second that the channel takes of the publisher's picture as it is now, for protocols
   * that can tell the encoder; undefined where there is no limit.
   */
  readonly bitrateMax?: number | undefined;
  /** Called at any time, and again when the announcement changes. */
  announce(announced: AnnouncedMedia): void;
  /** The connection is over, or the encoder unpublished. Called once. */
  end(reason: SessionEndReason, message: string): void;
}
