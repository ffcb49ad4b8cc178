import { type AacConfig, parseAacConfig } from "../codec/aac-config.ts";
import { parseAvcConfig } from "../codec/avc-config.ts";
import { flvHeader, videoConfigTag, videoTag } from "../container/flv/flv-writer.ts";
import type { Feed } from "../ingest/protocol.ts";
import type { TileFill } from "../port/composition-layout.ts";
import type { AudioTrack, MediaUnit, TrackConfig } from "../port/media-unit.ts";
import type { CapacityShare, TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import type { Frame } from "./canvas.ts";
import type { Size } from "./layout.ts";
import { PictureDecoder } from "./picture-decoder.ts";
import { PictureTape } from "./picture-tape.ts";
import { SoundDecoder } from "./sound-decoder.ts";

/** Pictures since the last keyframe are kept for the next decoder; more than this aren't. */
const TAPE_BYTES_MAX = 4 * 1024 * 1024;
/** Larger pictures aren't decoded: their publisher is only heard. */
const PIXELS_MAX = 1920 * 1080;
/** Decoders that end by themselves within one publication. */
const FAILURES_MAX = 5;
const TAKES: Feed["takes"] = new Set(["h264", "opus", "aac"]);
/** In cores per pixel and second, measured: docs/adr/0041. */
const DECODE_CORES_PER_PIXEL_RATE = 3e-9;
const FRAME_RATE_USUAL = 30;

export interface ParticipantMediaOptions {
  /** Path of ffmpeg. */
  readonly program: string;
  readonly frameRate: number;
  readonly capacity: TranscodeCapacity;
  readonly monotonicMs: () => number;
  /** Its media can't be decoded, for this reason. Called once. */
  readonly onFault: (message: string) => void;
}

/** A participant's media, decoded: the picture for its tile, and its sound. */
export class ParticipantMedia implements Feed {
  readonly takes = TAKES;
  readonly #options: ParticipantMediaOptions;
  readonly #clocks = new Map<number, number>();
  readonly #videoTracks = new Set<number>();
  #config: Buffer | undefined;
  #size: Size | undefined;
  readonly #tape = new PictureTape(TAPE_BYTES_MAX);
  #hasBegun = false;
  #wanted: { readonly size: Size; readonly fill: TileFill } | undefined;
  #shown: PictureDecoder | undefined;
  /** Takes the place of the one before once it has a picture. */
  #next: PictureDecoder | undefined;
  #share: CapacityShare | undefined;
  #sound: SoundDecoder | undefined;
  #aac: AacConfig | undefined;
  /** Its sound can be decoded. */
  #hears = false;
  #failures = 0;
  #ended = false;
  #hasFault = false;

  constructor(options: ParticipantMediaOptions) {
    this.#options = options;
  }

  /** Its publication is over. */
  get isOver(): boolean {
    return this.#ended;
  }

  /** The last picture, valid during this turn. */
  get picture(): Frame | undefined {
    return this.#shown?.latest;
  }

  /** Width over height; undefined before the first picture. */
  get aspect(): number | undefined {
    return this.#size && this.#size.width / this.#size.height;
  }

  /** It is larger than what is composed. */
  get isTooLarge(): boolean {
    return this.#size !== undefined && this.#size.width * this.#size.height > PIXELS_MAX;
  }

  configure(tracks: readonly TrackConfig[]): void {
    this.#try(() => this.#configureAll(tracks));
  }

  write(unit: MediaUnit): void {
    this.#try(() => this.#write(unit));
  }

  /** An error is the tap's too, which ends. */
  #try(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fault(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #fault(message: string): void {
    if (!this.#hasFault) {
      this.#hasFault = true;
      this.#options.onFault(message);
    }
  }

  #configureAll(tracks: readonly TrackConfig[]): void {
    for (const track of tracks) {
      this.#clocks.set(track.id, track.clockHz);
      if (track.kind === "video") {
        this.#videoTracks.add(track.id);
        if (track.config !== undefined) {
          this.#configure(Buffer.from(track.config));
        }
      } else {
        this.#configureSound(track);
      }
    }
  }

  #write({ track, dts, pts, key, data }: MediaUnit): void {
    if (!this.#videoTracks.has(track)) {
      this.#hear(data[0]);
      return;
    }
    const clockHz = this.#clocks.get(track) ?? 1;
    const atMs = Math.round((dts * 1_000) / clockHz);
    const laterMs = Math.round(((pts - dts) * 1_000) / clockHz);
    this.#hasBegun ||= key && this.#config !== undefined;
    if (this.#hasBegun) {
      this.#picture(atMs, videoTag(atMs, laterMs, key, data), key);
    }
  }

  end(): void {
    this.#ended = true;
    this.close();
  }

  /** Makes pictures for a tile from now on; none for undefined. */
  show(size: Size | undefined, fill: TileFill): void {
    this.#wanted = size && { size: { width: size.width, height: size.height }, fill };
    if (this.#wanted === undefined || this.isTooLarge) {
      this.#hide();
    } else if (!this.#makes(this.#next ?? this.#shown)) {
      this.#begin();
    }
  }

  addSound(mix: Int32Array): void {
    this.#sound?.addTo(mix);
  }

  skipSound(samples: number): void {
    this.#sound?.skip(samples);
  }

  /** Called about once a second: the decoder's cost is measured. */
  sweep(): void {
    this.#share?.measure(this.#options.monotonicMs(), this.#shown?.pid);
  }

  close(): void {
    this.#hide();
    this.#sound?.close();
    this.#sound = undefined;
  }

  #configure(record: Buffer): void {
    if (this.#config?.equals(record) === true) {
      return;
    }
    const { width, height } = parseAvcConfig(record).sps;
    this.#config = record;
    this.#size = { width, height };
    if (this.isTooLarge) {
      this.#hide();
    }
  }

  #configureSound({ codec, config }: AudioTrack): void {
    const aac =
      codec === "aac" && config !== undefined ? parseAacConfig(Buffer.from(config)) : undefined;
    const isSame = aac === undefined || this.#aac?.record.equals(aac.record) === true;
    this.#hears = codec === "opus" || aac !== undefined || this.#aac !== undefined;
    if (!isSame) {
      this.#sound?.close();
      this.#sound = undefined;
      this.#aac = aac;
    }
  }

  #picture(atMs: number, tag: Buffer, key: boolean): void {
    const record = key ? this.#config : undefined;
    const tags = record === undefined ? [tag] : [videoConfigTag(atMs, record), tag];
    if (key) {
      this.#tape.begin(...tags);
    } else {
      this.#tape.add(tag);
    }
    for (const decoder of [this.#shown, this.#next]) {
      for (const one of tags) {
        decoder?.write(one);
      }
    }
    const isWithout = this.#shown === undefined && this.#next === undefined;
    if (isWithout && this.#wanted !== undefined && !this.isTooLarge) {
      this.#begin();
    }
  }

  #makes(decoder: PictureDecoder | undefined): boolean {
    const { size, fill } = this.#wanted ?? {};
    const isSame = decoder?.size.width === size?.width && decoder?.size.height === size?.height;
    return decoder !== undefined && isSame && decoder.fill === fill;
  }

  /** Decodes from the last keyframe on, at once: what is shown meanwhile stays. */
  #begin(): void {
    const { program, frameRate, capacity } = this.#options;
    if (
      this.#wanted === undefined ||
      this.#tape.tags.length === 0 ||
      this.#failures > FAILURES_MAX
    ) {
      return;
    }
    this.#next?.close();
    const decoder = new PictureDecoder({
      ...{ program, frameRate, ...this.#wanted },
      onFirst: () => this.#replace(decoder),
      onFailed: () => this.#failed(decoder),
    });
    this.#next = decoder;
    decoder.write(flvHeader(false));
    for (const tag of this.#tape.tags) {
      decoder.write(tag);
    }
    const { width, height } = this.#size ?? { width: 0, height: 0 };
    const rate = width * height * FRAME_RATE_USUAL;
    this.#share ??= capacity.occupy(rate * DECODE_CORES_PER_PIXEL_RATE);
  }

  #replace(decoder: PictureDecoder): void {
    if (this.#next === decoder) {
      this.#shown?.close();
      this.#shown = decoder;
      this.#next = undefined;
    }
  }

  /** The next keyframe begins another one. */
  #failed(decoder: PictureDecoder): void {
    this.#countFailure();
    if (this.#next === decoder) {
      this.#next = undefined;
    }
    if (this.#shown === decoder) {
      this.#shown = undefined;
    }
    this.#tape.clear();
  }

  #hide(): void {
    this.#shown?.close();
    this.#next?.close();
    this.#shown = undefined;
    this.#next = undefined;
    this.#share?.release();
    this.#share = undefined;
  }

  #hear(packet: Buffer | undefined): void {
    if (packet === undefined || this.#ended || !this.#hears || this.#failures > FAILURES_MAX) {
      return;
    }
    this.#sound ??= new SoundDecoder({
      ...{ program: this.#options.program, aac: this.#aac },
      onFailed: () => {
        this.#countFailure();
        this.#sound = undefined;
      },
    });
    this.#sound.write(packet);
  }

  #countFailure(): void {
    this.#failures += 1;
    if (this.#failures > FAILURES_MAX) {
      this.#fault("ffmpeg can't decode it");
    }
  }
}
