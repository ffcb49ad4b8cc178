import type { SessionEndReason } from "../port/events.ts";
import type { AnnouncedMedia, UnitSink } from "../port/media-unit.ts";
import type { ReadPace } from "../runtime/stepped-reads.ts";

/** The connection as the broadcast sees it. */
export interface Publisher {
  readonly id: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  /** False once the encoder has left, or was disconnected. */
  readonly open: boolean;
  /** Answers the encoder why, then closes. Calls nothing back. */
  disconnect(description: string): void;
  /** Ends the connection as if its sink had thrown this: the media can't be taken. */
  fail(error: unknown): void;
}

/** Where an accepted publisher's media goes. A MediaError that it throws ends the connection. */
export interface MediaSink extends UnitSink {
  /** How promptly its media is to be read; left out, `prompt`. */
  readonly pace?: ReadPace | undefined;
  /** Comes at any time, and again where it changes. */
  announce(announced: AnnouncedMedia): void;
  /** The connection is over, or the encoder unpublished. Called once. */
  end(reason: SessionEndReason, message: string): void;
}
