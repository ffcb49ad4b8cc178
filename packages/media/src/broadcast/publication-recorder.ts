import type { Segment } from "../container/segment.ts";
import type { Publisher } from "../ingest/ingest-port.ts";
import type { Feed } from "../ingest/protocol.ts";
import type { StreamEventBody } from "../port/events.ts";
import type { MediaHost } from "../port/host.ts";
import type { MediaLimits } from "../port/limits.ts";
import type { MediaUnit, TrackCodec, TrackConfig } from "../port/media-unit.ts";
import type { UnitRecording } from "../port/recording.ts";
import { Recording } from "../recording/recording.ts";
import type { SpillFolder } from "../recording/spill-folder.ts";
import type { ThumbnailDecoder } from "../recording/thumbnail-decoder.ts";
import { holdMemory, releaseMemory } from "../runtime/segment-memory.ts";
import { PublisherFeed } from "./publisher-feed.ts";
import { takenTracks } from "./publisher-tracks.ts";
import { RecordedSegments } from "./recorded-segments.ts";
import { streamMedia } from "./stream-media.ts";

export interface PublicationRecorderOptions {
  readonly recorded: UnitRecording;
  readonly host: MediaHost;
  readonly limits: MediaLimits;
  readonly thumbnailDecoder: ThumbnailDecoder | undefined;
  readonly spill: SpillFolder | undefined;
  readonly now: () => number;
  /** Called once the recording can't go on, after its event. */
  readonly onFailed?: ((message: string) => void) | undefined;
  /** Called when the recording is complete or has failed. */
  readonly onOver: () => void;
}

/** Nothing is connected here: what a recording can't take ends it alone. */
const NO_PUBLISHER: Publisher = {
  ...{ id: "", remoteAddress: "", secure: true, open: true },
  disconnect: () => undefined,
  fail: () => undefined,
};

/** Records the units that it is fed: fragmented MP4 of H.264 and AAC. */
export class PublicationRecorder implements Feed {
  readonly takes: ReadonlySet<TrackCodec>;
  readonly #options: PublicationRecorderOptions;
  readonly #feed: PublisherFeed;
  readonly #segments: RecordedSegments;
  readonly #recording: Recording;
  #hasBegun = false;
  readonly #over: Promise<void>;
  readonly #end: () => void;

  constructor(options: PublicationRecorderOptions) {
    const { recorded, limits, spill, thumbnailDecoder, host } = options;
    const { streamName, streamId, plan, isSoundOnly } = recorded;
    this.#options = options;
    const onSegment = (segment: Segment): void => this.#segment(segment);
    const now = (): number => options.now() - this.#feed.delayMs;
    this.#segments = new RecordedSegments({ limits, now, isSoundOnly, onSegment });
    const taken = takenTracks(false, "fmp4");
    this.#feed = new PublisherFeed(this.#segments, NO_PUBLISHER, 0, taken);
    this.takes = taken.codecs;
    this.#recording = new Recording({
      ...{ streamName, streamId, plan, limits, spill },
      decoder: thumbnailDecoder,
      keeper: spill?.keeperOf(streamId),
      start: (start) => host.startRecording(start),
      put: (object) => host.putRecordingObject(object),
      publish: (event) => this.#publish(event),
    });
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#end = end;
    this.#over = ended.then(() => this.#finish());
    this.#publish({ type: "recording-opened" });
  }

  /** Bytes that wait for the host. */
  get pendingBytes(): number {
    return this.#recording.status().pendingBytes;
  }

  configure(tracks: readonly TrackConfig[]): void {
    this.#feed.configure(tracks);
  }

  write(unit: MediaUnit): void {
    this.#feed.write(unit);
  }

  delayed(ms: number): void {
    this.#feed.delayed(ms);
  }

  /** The publication is over, or is recorded no longer. */
  end(): void {
    this.#end();
  }

  /** Resolves when the recording has ended and is complete, or has failed. */
  async recorded(): Promise<void> {
    await this.#over;
  }

  /** Stops waiting for the host: the next process finishes the recording. */
  abandon(): void {
    this.#recording.leaveBehind();
  }

  async #finish(): Promise<void> {
    this.#segments.finish();
    await this.#recording.finish();
    this.#options.onOver();
  }

  #segment(segment: Segment): void {
    const { renditionName } = this.#options.recorded;
    holdMemory(segment.body);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#begin(segment);
    }
    this.#recording.add(renditionName, segment);
    releaseMemory(segment.body);
  }

  #begin(first: Segment): void {
    const { renditionName: name, isSoundOnly } = this.#options.recorded;
    const { tracks } = this.#segments;
    const media = tracks && streamMedia(tracks, first, []);
    const picture = first.videoFrames > 0 ? media?.video : undefined;
    const sound = tracks?.audio?.codec;
    // Pictures may come to a sound that was alone, and sound to pictures.
    const isKnown = isSoundOnly || (picture !== undefined && sound !== undefined);
    const codecs = isKnown ? [picture?.codec, sound].filter(Boolean).join(",") : "";
    const startedAtMs = first.programDateTimeMs;
    this.#recording.begin([{ id: name, name, picture, codecs }], {
      stream: undefined,
      startedAtMs,
    });
  }

  #publish(event: StreamEventBody): void {
    const { host, now, recorded, onFailed } = this.#options;
    const { streamName, streamId } = recorded;
    host.event({ ...event, streamName, streamId, atMs: now() });
    if (event.type === "recording-failed") {
      onFailed?.(event.message);
    }
  }
}
