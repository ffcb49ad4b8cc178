import { id3TextTag } from "../container/mpegts/id3-tag.ts";
import type { Segment } from "../container/segment.ts";
import { type Rendition, SOURCE_RENDITION, sourceRendition } from "../hls/rendition.ts";
import { isRefusal } from "../ingest/end-reasons.ts";
import type { Publisher } from "../ingest/ingest-port.ts";
import type { LimitBreach, SessionEndReason, StreamEventBody } from "../port/events.ts";
import type { AdBreakInsertion, StreamStatus } from "../port/handle.ts";
import { MediaError } from "../port/media-error.ts";
import type { StreamMedia } from "../port/source.ts";
import type { Recording } from "../recording/recording.ts";
import { inBackground } from "../runtime/in-background.ts";
import { type Cut, LeadingCutter } from "../segmenter/cutter.ts";
import { Segmenter } from "../segmenter/segmenter.ts";
import { TimedMetadata } from "../segmenter/timed-metadata.ts";
import { Timeline } from "../segmenter/timeline.ts";
import { AdBreaks } from "./ad-breaks.ts";
import { BroadcastEnding } from "./broadcast-ending.ts";
import { type BroadcastLadder, newBroadcastLadder } from "./broadcast-ladder.ts";
import type { BroadcastOptions } from "./broadcast-options.ts";
import { BroadcastPublishers } from "./broadcast-publishers.ts";
import { broadcastRecording } from "./broadcast-recording.ts";
import { BroadcastTap } from "./broadcast-tap.ts";
import { FurtherTracks } from "./further-tracks.ts";
import { HealthMonitor } from "./health-monitor.ts";
import { bitrateLimit, IngestGuard, whatIsAllowed } from "./ingest-limits.ts";
import { type FedBroadcast, PublisherFeed } from "./publisher-feed.ts";
import {
  type KnownTracks,
  LEADING_TRACK,
  type TakenTracks,
  takenTracks,
} from "./publisher-tracks.ts";
import { RenditionOutputs } from "./rendition-outputs.ts";
import { SourceDescription } from "./source-description.ts";
import type { VideoFrame } from "./video-frame.ts";

/** One broadcast of a channel, from the accepted publisher to the last segment. */
export class Broadcast implements FedBroadcast {
  readonly streamName: string;
  readonly streamId: string;
  readonly #options: BroadcastOptions;
  readonly #segmenter: Segmenter;
  readonly #recording: Recording | undefined;
  readonly #outputs: RenditionOutputs;
  readonly #metadata = new TimedMetadata();
  readonly #adBreaks: AdBreaks;
  readonly #ladder: BroadcastLadder | undefined;
  readonly #further: FurtherTracks;
  readonly #health = new HealthMonitor();
  readonly #guard: IngestGuard;
  readonly #publishers: BroadcastPublishers;
  readonly #source = new SourceDescription();
  readonly #takes: TakenTracks;
  readonly #createdAtMs: number;
  readonly #openedAtMs: number;
  #startedAtMs: number | undefined;
  #durationMs = 0;
  #hasVideo = false;
  /** Closing: no more media comes, but the renditions haven't their first segment. */
  #state: "open" | "closing" | "over" = "open";
  readonly ending = new BroadcastEnding();
  readonly tap = new BroadcastTap();

  constructor(options: BroadcastOptions) {
    this.#options = options;
    this.#takes = takenTracks(options.multitrack !== undefined, options.container);
    this.streamName = options.streamName;
    this.streamId = options.streamId;
    const publish = (event: StreamEventBody): void => this.#publish(event);
    this.#adBreaks = new AdBreaks((range) => this.#outputs.addDateRange(range), publish);
    this.#publishers = new BroadcastPublishers(options.limits.takeoversMax, publish);
    this.#createdAtMs = options.now();
    this.#openedAtMs = options.monotonicMs();
    this.#guard = new IngestGuard(options.sourceLimits, (breach) => this.#breached(breach));
    this.#recording = broadcastRecording(options, publish);
    this.#outputs = new RenditionOutputs({
      live: options.live,
      listedSegments: options.listedSegments,
      recording: this.#recording,
      onReady: (renditions, startedAtMs) => this.#record(renditions, startedAtMs),
      onPlayable: () => this.#playable(),
    });
    this.#ladder = newBroadcastLadder(options, {
      metadata: this.#metadata,
      outputs: this.#outputs,
      onRefused: () => {
        this.#publish({ type: "stream-failure", reason: "transcode-capacity" });
        this.#endSoon("transcode-capacity", "no cores are left for the stream's renditions");
      },
    });
    const timeline = new Timeline();
    const cameAtMs = (): number => options.now() - this.#publishers.delayMs;
    this.#further = new FurtherTracks({
      plan: options.multitrack,
      limits: options.limits,
      guard: this.#guard,
      container: options.container,
      timeline,
      metadata: this.#metadata,
      onSegment: (rendition, segment) => this.#outputs.add(rendition, segment),
      onPart: options.lowLatency ? (id, part) => this.#outputs.addPart(id, part) : undefined,
    });
    this.#segmenter = new Segmenter({
      limits: options.limits,
      container: options.container,
      cutter: new LeadingCutter(options.limits, cameAtMs, (cut) => this.#cut(cut)),
      timeline,
      onSegment: (segment) => this.#segment(segment),
      listener: this.#ladder?.listener,
      metadata: this.#metadata,
      onPart: options.lowLatency
        ? (part) => this.#outputs.addPart(SOURCE_RENDITION, part)
        : undefined,
    });
  }

  /** Begins with its first publisher. */
  start(publisher: Publisher, priority: number | undefined): PublisherFeed {
    this.#publish({
      type: "session-created",
      connectionId: publisher.id,
      remoteAddress: publisher.remoteAddress,
      secure: publisher.secure,
      recording: this.#options.recording !== undefined,
    });
    const feed = new PublisherFeed(this, publisher, priority ?? 0, this.#takes, this.#ladder?.pace);
    this.#publishers.begin(feed);
    return feed;
  }

  bitrateMax({ tracks }: PublisherFeed): number | undefined {
    const { sourceLimits } = this.#options;
    return sourceLimits && bitrateLimit(sourceLimits, tracks.video?.sps);
  }

  /**
   * Another publisher for a running broadcast. Throws MediaError `refused` unless its priority is
   * strictly higher and takeovers are left.
   */
  contend(publisher: Publisher, priority: number | undefined): PublisherFeed {
    if (this.#state !== "open") {
      throw new MediaError("refused", "the channel's last stream is just ending");
    }
    this.#publishers.checkContender(priority);
    const feed = new PublisherFeed(this, publisher, priority, this.#takes, this.#ladder?.pace);
    this.#publishers.contend(feed);
    return feed;
  }

  /**
   * Asked by a candidate at its first keyframe. Throws MediaError `refused` when its media is
   * different.
   */
  takeOver(feed: PublisherFeed): void {
    this.#publishers.takeOver(feed);
    this.#further.restart();
    this.#segmenter.restart();
    this.configure(feed.tracks);
    const { publisher, priority } = feed;
    this.#publish({ type: "stream-takeover", connectionId: publisher.id, priority });
  }

  isActive(feed: PublisherFeed): boolean {
    return feed === this.#publishers.active && this.#state === "open";
  }

  /** The active publisher's configuration came or changed. */
  configure(tracks: KnownTracks): void {
    if (tracks.video !== undefined) {
      this.#segmenter.setVideoConfig(tracks.video);
    }
    this.#segmenter.setAudioConfig(tracks.audio);
    this.#further.configure(tracks);
    this.#ladder?.configure(tracks);
    this.#source.configure(tracks, this.#segmenter.awaitsCut);
    this.tap.configure(tracks);
    if (tracks.video !== undefined) {
      this.#guard.picture(tracks.video.sps);
    }
  }

  video(timestampMs: number, frame: VideoFrame): void {
    if (frame.track !== LEADING_TRACK) {
      this.#further.video(timestampMs, frame);
      return;
    }
    this.#hasVideo = true;
    this.tap.video(timestampMs, frame);
    this.#segmenter.video(timestampMs, frame.compositionMs, frame.keyframe, frame.units);
    this.#further.release(timestampMs);
    const { active } = this.#publishers;
    // If several tracks are allowed, the first segment shows whether there are any.
    if (active !== undefined && this.#options.multitrack === undefined) {
      this.#ladder?.frame(active.tracks);
    }
  }

  audio(timestampMs: number, frame: Buffer): void {
    this.tap.audio(timestampMs, frame);
    this.#segmenter.audio(timestampMs, frame);
    this.#further.audio(timestampMs, frame);
  }

  /** A publisher is gone: the broadcast ends with the active one. */
  gone(feed: PublisherFeed, reason: SessionEndReason, message: string): void {
    if (this.#publishers.gone(feed)) {
      this.end(reason, message);
    }
  }

  /**
   * Completes the last segment and publishes the end. The recording is still being written; see
   * `ending.recorded`.
   */
  end(reason: SessionEndReason, message: string): void {
    if (this.#state !== "open") {
      return;
    }
    this.#state = "closing";
    this.tap.end();
    if (this.#startedAtMs === undefined && isRefusal(reason)) {
      this.#segmenter.discard();
      this.#ladder?.kill();
    } else {
      this.#segmenter.finish();
      this.#further.finish();
    }
    this.#publishers.disconnectAll(message);
    const made = this.#ladder?.finish();
    if (made === undefined) {
      this.#finishOutputs();
      this.#conclude(reason, message);
      return;
    }
    const finished = made.then(() => this.#finishOutputs());
    if (this.#outputs.ready) {
      this.#conclude(reason, message);
    } else {
      // The last pictures come before the end is published.
      inBackground(finished.then(() => this.#conclude(reason, message)));
    }
  }

  #finishOutputs(): void {
    this.#outputs.end();
    this.ending.record(this.#recording?.finish());
  }

  #conclude(reason: SessionEndReason, message: string): void {
    this.#state = "over";
    if (this.#startedAtMs !== undefined) {
      this.#publish({ type: "stream-end", durationMs: this.#durationMs });
    }
    this.#publish({ type: "session-ended", reason, message });
    this.#options.onOver();
    this.ending.conclude();
  }

  abortRecording(message: string): boolean {
    return this.#recording?.abort(message) ?? false;
  }

  /** Stops waiting: media that isn't in the renditions yet is lost; the recording is left. */
  abandon(): void {
    this.#ladder?.kill();
    this.#recording?.leaveBehind();
  }

  /** Puts a text into the media at the time that it has reached. False until there is media. */
  putMetadata(text: string): boolean {
    if (this.#startedAtMs === undefined || this.#state !== "open") {
      return false;
    }
    this.#metadata.add(this.#segmenter.mediaMs, id3TextTag(text));
    return true;
  }

  /** Marks a break in the live playlists from the next segment on. */
  insertAdBreak(id: string, durationMs: number): AdBreakInsertion {
    if (this.#startedAtMs === undefined || this.#state !== "open") {
      return "offline";
    }
    const inserted = this.#adBreaks.insert(id, durationMs, this.#segmenter.mediaMs);
    return inserted ? "inserted" : "overlapping";
  }

  /** Called about once a second, until the recording is complete. */
  sweep(monotonicMs: number): void {
    this.#ladder?.sweep(monotonicMs);
    if (this.#state !== "open") {
      return;
    }
    const { videoDeadlineMs } = this.#options.limits;
    if (!this.#hasVideo && monotonicMs - this.#openedAtMs > videoDeadlineMs) {
      this.end("unsupported-media", "no video came: audio-only streams are not supported");
      return;
    }
    this.#health.sample(monotonicMs, this.#segmenter.mediaMs);
    const news =
      this.#startedAtMs === undefined ? undefined : this.#health.news(this.#ladder?.warning);
    if (news !== undefined) {
      this.#publish({ type: "health", ...news });
    }
  }

  status(): StreamStatus {
    return {
      streamName: this.streamName,
      streamId: this.streamId,
      state: this.#startedAtMs === undefined ? "starting" : "live",
      createdAtMs: this.#createdAtMs,
      startedAtMs: this.#startedAtMs,
      health: this.#health.health,
      warnings: this.#health.reported,
      media: this.#source.media,
      measured: this.#health.measured(),
      furtherMeasured: this.#further.measured(),
      recording: this.#recording?.status(),
    };
  }

  #publish(event: StreamEventBody): void {
    const { host, now } = this.#options;
    const { streamName, streamId } = this;
    host.event({ ...event, streamName, streamId, atMs: now() });
  }

  #cut(cut: Cut): void {
    this.#adBreaks.cut(cut);
    this.#further.cut(cut);
    this.#ladder?.cut(cut);
  }

  #segment(segment: Segment): void {
    this.#durationMs += segment.durationMs;
    const { active } = this.#publishers;
    this.#health.segment(segment, active?.tracks.audio !== undefined);
    const isOther = this.#source.segment(segment, this.#further);
    const { media } = this.#source;
    if (media === undefined) {
      return;
    }
    if (isOther) {
      this.#publish({ type: "media-info", media });
    }
    this.#guard.rate(media.video, this.#health.measured(), this.#health.segmentsMeasured);
    this.#decideRenditions(media);
    this.#outputs.add(sourceRendition(media), segment);
  }

  /**
   * Decides before the first segment is given away. Without renditions, nothing of the source is
   * shown or recorded.
   */
  #decideRenditions(media: StreamMedia): void {
    if (this.#outputs.hasSource || this.#guard.isBreached) {
      return;
    }
    const further = this.#further.decide(media.video.frameRate);
    if (further.length === 0 && this.#options.multitrack?.required === true) {
      this.#endSoon("multitrack-required", "this channel takes several video tracks only");
      return;
    }
    // Only H.264 is transcoded: an encoder that sends HEVC makes its renditions itself.
    const isHevc = this.#publishers.active?.tracks.video?.fourCc === "hvc1";
    if (this.#ladder === undefined || further.length > 0 || isHevc) {
      this.#ladder?.decline();
      this.#outputs.expect([SOURCE_RENDITION, ...further]);
    } else {
      this.#ladder.sourceSegment(media);
    }
  }

  /** The source is more than its limits allow: its session ends. */
  #breached(breach: LimitBreach): void {
    this.#publish({ type: "limit-breach", ...breach });
    if (!this.#outputs.hasSource) {
      this.#ladder?.decline();
    }
    this.#endSoon("limit-breach", whatIsAllowed(breach));
  }

  /** Not in the middle of a frame. */
  #endSoon(reason: SessionEndReason, message: string): void {
    queueMicrotask(() => this.end(reason, message));
  }

  #record(renditions: readonly Rendition[], startedAtMs: number): void {
    const { media } = this.#source;
    if (media !== undefined) {
      this.#recording?.begin(renditions, { stream: media, startedAtMs });
    }
  }

  /** The first segments are playable. */
  #playable(): void {
    this.#startedAtMs = this.#options.now();
    this.#publish({ type: "stream-start" });
  }
}
