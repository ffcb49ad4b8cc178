import { type AacConfig, parseAacConfig } from "../../../codec/aac-config.ts";
import { splitAnnexB } from "../../../codec/annex-b.ts";
import { AVC_NAL, avcNalType } from "../../../codec/avc-access-unit.ts";
import { parseAvcConfig } from "../../../codec/avc-config.ts";
import { OPUS_CLOCK_HZ } from "../../../container/ogg/ogg-opus.ts";
import type { Feed, Tap, TapStart } from "../../../ingest/protocol.ts";
import type { LayerStatus, PublicationStatus } from "../../../port/forwarding.ts";
import type { MediaUnit, TrackCodec, TrackConfig, UnitSink } from "../../../port/media-unit.ts";
import { VIDEO_CLOCK_HZ } from "../publisher/video-receiver.ts";
import { h264Payloads } from "../rtp/h264-payloads.ts";
import { AacFeed } from "./aac-feed.ts";
import { AacToOpus } from "./aac-to-opus.ts";
import { KeptBeginning } from "./kept-beginning.ts";
import { KeptPictures } from "./kept-pictures.ts";
import type { PublishedSource } from "./packet-source.ts";
import { SourceLayer } from "./source-layer.ts";

/** The track whose pictures are sent; others are further renditions. */
const LEADING_TRACK = 0;
const MS = 1_000;

export interface UnitSourceOptions {
  /** Path of ffmpeg; without it sound in AAC isn't sent. */
  readonly ffmpeg: string | undefined;
  readonly monotonicMs: () => number;
  /** A tap may ask for all that has come, for a short while, and for the latest pictures. */
  readonly keepsMedia: boolean;
  /** Sound may come in Opus: taps that take none are given AAC. */
  readonly mayHaveOpus: boolean;
  readonly unitBytesMax: number;
  readonly onMedia: (nowMs: number) => void;
}

/** Media that comes as units, as packets for subscribers: pictures as they are, sound as Opus. */
export class UnitSource implements PublishedSource, UnitSink {
  readonly takes: ReadonlySet<TrackCodec> = new Set(["h264", "aac", "opus"]);
  readonly peer = undefined;
  readonly #options: UnitSourceOptions;
  readonly #tracks = new Map<number, TrackConfig>();
  readonly #picture: SourceLayer;
  readonly #sound: SourceLayer;
  #avc: Buffer | undefined;
  #parameterSets: readonly Buffer[] = [];
  #profile: string | undefined;
  #aac: AacConfig | undefined;
  #converter: AacToOpus | undefined;
  #cannotConvert: boolean;
  readonly #taps = new Set<Feed>();
  #beginning: KeptBeginning | undefined;
  readonly #pictures: KeptPictures | undefined;
  #subscribers = 0;
  #sequences = { video: 0, audio: 0 };

  constructor(options: UnitSourceOptions) {
    this.#options = options;
    this.#cannotConvert = options.ffmpeg === undefined;
    this.#beginning = options.keepsMedia ? new KeptBeginning() : undefined;
    this.#pictures = options.keepsMedia ? new KeptPictures() : undefined;
    // Encoders that send units make keyframes when they want to.
    const layer = { name: "", askKeyframe: () => undefined };
    this.#picture = new SourceLayer({ ...layer, kind: "video", clockHz: VIDEO_CLOCK_HZ });
    this.#sound = new SourceLayer({ ...layer, kind: "audio", clockHz: OPUS_CLOCK_HZ });
  }

  get audio(): SourceLayer {
    return this.#sound;
  }

  get video(): readonly SourceLayer[] {
    return [this.#picture];
  }

  get profile(): string | undefined {
    return this.#profile;
  }

  /** Nothing is done for nobody. */
  watched(subscribers: number): void {
    this.#subscribers = subscribers;
    if (subscribers === 0) {
      this.#stopConverting();
    }
  }

  configure(tracks: readonly TrackConfig[]): void {
    if (this.#beginning?.configure(tracks, this.#options.monotonicMs()) === false) {
      this.#beginning = undefined;
    }
    this.#tell((sink) => sink.configure(tracks.filter(({ codec }) => sink.takes.has(codec))));
    for (const track of tracks) {
      this.#keep(track);
      if (track.config === undefined) {
        continue;
      }
      const config = Buffer.from(track.config);
      if (track.codec === "h264" && track.id === LEADING_TRACK) {
        this.#setPicture(config);
      } else if (track.codec === "aac" && this.#aac?.record.equals(config) !== true) {
        this.#stopConverting();
        this.#aac = parseAacConfig(config);
      }
    }
  }

  write(unit: MediaUnit): void {
    const track = this.#tracks.get(unit.track);
    if (track === undefined) {
      return;
    }
    if (this.#beginning?.write(unit, this.#options.monotonicMs()) === false) {
      this.#beginning = undefined;
    }
    if (unit.track === LEADING_TRACK && track.codec === "h264") this.#pictures?.write(unit);
    this.#tell((sink) => {
      if (sink.takes.has(track.codec)) {
        sink.write(unit);
      }
    });
    if (this.#subscribers === 0) {
      this.#count(track, unit);
      return;
    }
    if (track.kind === "video") {
      if (track.id === LEADING_TRACK && track.codec === "h264") {
        this.#writePicture(unit, track.clockHz);
      }
    } else {
      const ticks = Math.round((unit.pts * OPUS_CLOCK_HZ) / track.clockHz);
      for (const frame of unit.data) {
        this.#writeSound(track.codec, frame, ticks);
      }
    }
  }

  /** Media that a tap doesn't take ends what the tap is given, and not the publication. */
  #tell(give: (sink: Feed) => void): void {
    for (const sink of [...this.#taps]) {
      this.#give(sink, give);
    }
  }

  #give(sink: Feed, give: (sink: Feed) => void): void {
    try {
      give(sink);
    } catch (error) {
      this.#taps.delete(sink);
      sink.end(error instanceof Error ? error.message : String(error));
    }
  }

  /** Configurations come in scratch memory, and not each time that a track is named. */
  #keep(track: TrackConfig): void {
    const before = this.#tracks.get(track.id);
    const config = track.config ? Buffer.from(track.config) : before?.config;
    this.#tracks.set(track.id, { ...track, config });
  }

  #count({ kind, id }: TrackConfig, { data }: MediaUnit): void {
    if (kind === "audio" || id === LEADING_TRACK) {
      const bytes = data.reduce((sum, { length }) => sum + length, 0);
      const layer = kind === "audio" ? this.#sound : this.#picture;
      layer.count(bytes, kind === "video", this.#options.monotonicMs());
    }
  }

  tap(taker: Feed, { fromBeginning, fromKeyframe }: TapStart): Tap {
    const sink = this.#feedFor(taker);
    const beginning = fromBeginning ? this.#beginning : undefined;
    this.#taps.add(sink);
    if (beginning === undefined) {
      const taken = [...this.#tracks.values()].filter(({ codec }) => sink.takes.has(codec));
      this.#give(sink, () => {
        sink.configure(taken);
        if (fromKeyframe === true) this.#replayPictures(sink);
      });
    } else {
      this.#give(sink, () => beginning.replay(sink, this.#options.monotonicMs()));
    }
    return {
      end: (message) => {
        if (this.#taps.delete(sink)) {
          sink.end(message);
        }
      },
      close: () => {
        this.#taps.delete(sink);
        if (sink instanceof AacFeed) {
          sink.close();
        }
      },
    };
  }

  #replayPictures(sink: Feed): void {
    if (!sink.takes.has("h264")) return;
    for (const unit of this.#pictures?.units ?? []) sink.write(unit);
  }

  #feedFor(sink: Feed): Feed {
    const { ffmpeg, mayHaveOpus, unitBytesMax, monotonicMs } = this.#options;
    if (!mayHaveOpus || ffmpeg === undefined || sink.takes.has("opus")) {
      return sink;
    }
    const expectsSound = [...this.#tracks.values()].some(({ kind }) => kind === "audio");
    return new AacFeed({ sink, expectsSound, ffmpeg, unitBytesMax, monotonicMs });
  }

  close(message: string): void {
    this.#stopConverting();
    this.#beginning = undefined;
    this.#pictures?.clear();
    for (const sink of this.#taps) {
      sink.end(message);
    }
    this.#taps.clear();
  }

  layers(): readonly LayerStatus[] {
    const { width, height, rate } = this.#picture;
    const { bitrate, framesPerSecond } = rate;
    return [{ layer: "", width, height, bitrate, framesPerSecond }];
  }

  status(): Omit<PublicationStatus, "publication" | "session"> {
    const both = [this.#picture, this.#sound];
    return {
      connected: true,
      kinds: [...new Set([...this.#tracks.values()].map(({ kind }) => kind))],
      layers: this.layers(),
      audioBitrate: this.#sound.rate.bitrate,
      packets: both.reduce((sum, { packets }) => sum + packets, 0),
      bytes: both.reduce((sum, { bytes }) => sum + bytes, 0),
      lost: 0,
    };
  }

  #setPicture(record: Buffer): void {
    const { sps, parameterSets } = parseAvcConfig(record);
    // Those that are kept were of the record before.
    if (this.#avc?.equals(record) !== true) this.#pictures?.clear();
    this.#avc = record;
    this.#parameterSets = splitAnnexB(parameterSets).map((set) => Buffer.from(set));
    const levels = [sps.profileIdc, sps.constraintFlags, sps.levelIdc];
    this.#profile = Buffer.from(levels).toString("hex");
    if (sps.width !== this.#picture.width || sps.height !== this.#picture.height) {
      this.#picture.width = sps.width;
      this.#picture.height = sps.height;
      this.#options.onMedia(this.#options.monotonicMs());
    }
  }

  #writePicture({ dts, pts, key, data }: MediaUnit, clockHz: number): void {
    const nowMs = this.#options.monotonicMs();
    const isSent = (unit: Buffer): boolean => {
      const type = avcNalType(unit);
      return type !== AVC_NAL.delimiter && type !== AVC_NAL.filler;
    };
    const own = data.filter(isSent);
    const hasSets = own.some((unit) => avcNalType(unit) === AVC_NAL.sps);
    const payloads = h264Payloads(key && !hasSets ? [...this.#parameterSets, ...own] : own);
    const timestamp = Math.round((pts * VIDEO_CLOCK_HZ) / clockHz) >>> 0;
    const wallMs = (dts * MS) / clockHz;
    const at = Math.round((dts * VIDEO_CLOCK_HZ) / clockHz) >>> 0;
    this.#picture.clock = { wallMs, timestamp: at, atMs: nowMs };
    for (const [index, payload] of payloads.entries()) {
      const sequence = this.#next("video");
      const marker = index === payloads.length - 1;
      const beginsKeyframe = key && index === 0;
      this.#picture.deliver({ sequence, timestamp, marker, payload, beginsKeyframe }, nowMs);
    }
  }

  #writeSound(codec: TrackCodec, frame: Buffer, ticks: number): void {
    if (codec === "opus") {
      this.#sendSound(Buffer.from(frame), ticks);
      return;
    }
    const { ffmpeg } = this.#options;
    const config = this.#aac;
    if (config === undefined || ffmpeg === undefined || this.#cannotConvert) {
      return;
    }
    this.#converter ??= new AacToOpus({
      ffmpeg,
      config,
      onPacket: ({ ticks: time, packet }) => this.#sendSound(packet, time),
      // The picture goes on without it.
      onFailed: () => {
        this.#cannotConvert = true;
      },
    });
    this.#converter.write(frame, ticks);
  }

  #sendSound(payload: Buffer, ticks: number): void {
    const nowMs = this.#options.monotonicMs();
    const timestamp = ticks >>> 0;
    this.#sound.clock = { wallMs: (ticks * MS) / OPUS_CLOCK_HZ, timestamp, atMs: nowMs };
    const sequence = this.#next("audio");
    this.#sound.deliver(
      { sequence, timestamp, marker: false, payload, beginsKeyframe: true },
      nowMs,
    );
  }

  #next(kind: "audio" | "video"): number {
    this.#sequences[kind] = (this.#sequences[kind] + 1) & 0xffff;
    return this.#sequences[kind];
  }

  #stopConverting(): void {
    this.#converter?.close();
    this.#converter = undefined;
  }
}
