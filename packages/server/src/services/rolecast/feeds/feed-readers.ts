import { PassThrough, type Readable } from "node:stream";
import { AwsError } from "../../../kernel/aws-error.ts";
import { StoreUnavailableError } from "../../../kernel/store.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { every } from "../../../kernel/work/timers.ts";

/** The most readers at a time, over all accounts: each may hold a backlog. */
const READERS_MAX = 100;
/** The most readers of one account, so that no account takes every place. */
const READERS_PER_ACCOUNT_MAX = 20;
/** Unread bytes at which a reader is dropped; it can resume with Last-Event-ID. */
const BACKLOG_BYTES_MAX = 1024 * 1024;
/**
 * A reader is sent a comment this often, which keeps proxies from ending the connection, and its
 * request is decided again: a deleted key reads on for so long at most.
 */
const HEARTBEAT_MS = 5_000;
/** Heartbeats in a row without a decision, at which a reader is ended: a minute. */
const UNDECIDED_MAX = 12;

/**
 * Starts a feed; returns the way to stop it. `write` is false once the reader has enough for now,
 * and `drained` calls back when it wants more: a source that waits for it is never dropped.
 */
export type FeedSource = (
  write: (text: string) => boolean,
  drained: (callback: () => void) => void,
) => () => void;

export interface FeedRequest {
  readonly accountId: string;
  /** The text of the first line. */
  readonly title: string;
  readonly subscribe: FeedSource;
  /** Rejects when the reader may read no longer. */
  readonly recheck: () => Promise<void>;
}

/** Serves server-sent events (HTML standard, section 9.2) to a bounded number of readers. */
export class FeedReaders {
  readonly #streams = new Map<PassThrough, string>();

  /** Throws AwsError when the account, or the server, has too many readers already. */
  open({ accountId, title, subscribe, recheck }: FeedRequest): Readable {
    const own = [...this.#streams.values()].filter((reader) => reader === accountId);
    if (own.length >= READERS_PER_ACCOUNT_MAX)
      throw tooMany(`An account may have ${READERS_PER_ACCOUNT_MAX} readers of feeds at a time.`);
    if (this.#streams.size >= READERS_MAX)
      throw tooMany(`The server has at most ${READERS_MAX} readers of feeds at a time.`);
    const stream = new PassThrough();
    this.#streams.set(stream, accountId);
    stream.write(`: ${title}\n\n`);
    const write = (text: string) => {
      if (stream.writableEnded || stream.destroyed) return false;
      if (stream.readableLength + stream.writableLength <= BACKLOG_BYTES_MAX)
        return stream.write(text);
      stream.destroy();
      return false;
    };
    const stop = subscribe(write, (callback) => stream.on("drain", callback));
    const beat = heartbeat(stream, recheck);
    const stopBeating = every(HEARTBEAT_MS, () => inBackground(beat()));
    stream.once("close", () => {
      stopBeating();
      stop();
      this.#streams.delete(stream);
    });
    return stream;
  }

  /** Ends every reader, so that the server can close. */
  close(): void {
    for (const stream of this.#streams.keys()) stream.end();
  }
}

/**
 * Makes a reader's heartbeat, which ends its stream, with the reason in a comment, when it may read
 * no longer. Nothing can be decided while the database is away, so it reads on for a while.
 */
function heartbeat(stream: PassThrough, recheck: () => Promise<void>): () => Promise<void> {
  let undecided = 0;
  return async () => {
    try {
      await recheck();
      undecided = 0;
    } catch (error) {
      undecided += 1;
      const isAway = error instanceof StoreUnavailableError;
      if (!isAway || undecided >= UNDECIDED_MAX) {
        const reason = error instanceof AwsError ? error.code : "InternalFailure";
        stream.end(`: ended, ${reason}\n\n`);
        return;
      }
    }
    if (!stream.writableEnded) stream.write(": \n\n");
  };
}

function tooMany(message: string): AwsError {
  return new AwsError("LimitExceededException", message, { status: 429 });
}
