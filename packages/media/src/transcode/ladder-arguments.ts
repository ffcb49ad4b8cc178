import { PIPES_ONLY } from "../ffmpeg/ffmpeg-process.ts";
import { framesPerStepFrame, type LadderStep, type SourcePicture } from "./ladder.ts";

/**
 * Renditions begin at the source's keyframes; a program that can't follow them makes one each two
 * seconds.
 */
export type KeyframeForcing = "source" | "clock";

const FORCE: Readonly<Record<KeyframeForcing, string>> = {
  source: "source",
  clock: "expr:gte(t,n_forced*2)",
};
/**
 * The preset decides what a stream costs: veryfast takes a third more for little at these rates.
 */
const PRESET = "superfast";
/** Far beyond any segment: keyframes are forced, the encoder adds none by itself. */
const KEYFRAME_INTERVAL_FRAMES_MAX = 1_800;
const DECODER_THREADS = 2;
/** Small pictures are encoded by one thread: more of them only add delay and memory. */
const PIXELS_PER_THREAD = 640 * 360;
const ENCODER_THREADS_MAX = 4;
/** Sizes are rounded to even numbers of pixels; more than this is another shape. */
const SHAPE_TOLERANCE = 0.02;
/**
 * Enough to see sound and picture: their headers come first. The default waits for five seconds of
 * media.
 */
const ANALYSED_US = 500_000;

/** ffmpeg's arguments: FLV of the source on standard input, FLV of step n on `pipe:<3 + n>`. */
export function ladderArguments(
  steps: readonly LadderStep[],
  source: SourcePicture,
  hasAudio: boolean,
  forcing: KeyframeForcing,
): string[] {
  return [
    ...["-threads", `${DECODER_THREADS}`, "-analyzeduration", `${ANALYSED_US}`],
    ...[...PIPES_ONLY, "-copyts", "-f", "flv", "-i", "pipe:0"],
    ...["-filter_complex", filterGraph(steps, source)],
    ...steps.flatMap((step, index) => [
      ...videoArguments(step, index, forcing),
      ...audioArguments(step, hasAudio),
      ...["-flush_packets", "1", "-flvflags", "no_duration_filesize"],
      ...["-f", "flv", ...PIPES_ONLY, `pipe:${3 + index}`],
    ]),
  ];
}

/** Each picture is decoded once. Where frames are left out, keyframes stay. */
function filterGraph(steps: readonly LadderStep[], source: SourcePicture): string {
  const pictures = steps.flatMap(({ video }, index) => (video ? [{ ...video, index }] : []));
  const split = pictures.map(({ index }) => `[s${index}]`).join("");
  const chains = pictures.map(({ index, width, height, frameRate }) => {
    const skips = frameRate < source.frameRate;
    const select = `select='key+gte(n-prev_selected_n,${framesPerStepFrame(source)})',`;
    return `[s${index}]${skips ? select : ""}${fit(width, height)}[v${index}]`;
  });
  return [`[0:v:0]split=${pictures.length}${split}`, ...chains].join(";");
}

/**
 * A source whose picture changes its shape (a telephone that is turned) keeps the step's size,
 * between bars.
 */
function fit(width: number, height: number): string {
  const changed = `gt(abs(a*${height}/${width}-1),${SHAPE_TOLERANCE})`;
  const w = `if(${changed},clip(2*trunc(${height}*a/2),2,${width}),${width})`;
  const h = `if(${changed},clip(2*trunc(${width}/a/2),2,${height}),${height})`;
  return `scale=w='${w}':h='${h}',pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`;
}

function videoArguments({ video }: LadderStep, index: number, forcing: KeyframeForcing): string[] {
  if (video === undefined) {
    return ["-vn"];
  }
  const { bitrate, width, height } = video;
  const threads = Math.ceil((width * height) / PIXELS_PER_THREAD);
  return [
    ...["-map", `[v${index}]`, "-c:v", "libx264", "-preset", PRESET, "-pix_fmt", "yuv420p"],
    // Without reordering every rendition decodes in the order of its source's clock.
    ...["-bf", "0", "-sc_threshold", "0", "-g", `${KEYFRAME_INTERVAL_FRAMES_MAX}`],
    ...["-force_key_frames", FORCE[forcing], "-forced-idr", "1"],
    // The source's milliseconds stay as they are.
    ...["-enc_time_base", "1/1000"],
    ...["-b:v", `${bitrate}`, "-maxrate", `${bitrate}`, "-bufsize", `${2 * bitrate}`],
    ...["-threads", `${Math.min(ENCODER_THREADS_MAX, threads)}`],
  ];
}

function audioArguments({ audio }: LadderStep, hasAudio: boolean): string[] {
  if (!hasAudio) {
    return ["-an"];
  }
  return audio === "copy"
    ? ["-map", "0:a:0", "-c:a", "copy"]
    : ["-map", "0:a:0", "-c:a", "aac", "-b:a", `${audio}`, "-ac", "2"];
}
