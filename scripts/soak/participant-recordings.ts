import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { S3Client } from "@aws-sdk/client-s3";
import { EventReader, type ReadEvent } from "../../test/scenarios/ivs/event-reader.ts";
import { takeOut } from "./recording-check.ts";

const run = promisify(execFile);
const DETAIL_TYPE = "IVS Participant Recording State Change";
const DURATION_TOLERANCE_MS = 200;

/** A recording whose end was published. */
export interface Recorded {
  readonly prefix: string;
  readonly durationMs: number;
  /** When its end was read. */
  readonly endedAt: Date;
}

/** Checks participants' recordings as they end, and removes them from their bucket. */
export class ParticipantRecordings {
  started = 0;
  ended = 0;
  failed = 0;
  checked = 0;
  readonly wrong: string[] = [];
  /** Complete recordings, by participant. */
  readonly recorded = new Map<string, Recorded[]>();
  readonly #s3: S3Client;
  readonly #events: EventReader;
  readonly #timer: NodeJS.Timeout;
  #checking: Promise<void> = Promise.resolve();

  constructor(endpoint: string, s3: S3Client) {
    this.#s3 = s3;
    this.#events = new EventReader(endpoint);
    this.#timer = setInterval(() => this.#take(), 500);
  }

  /** Recordings that have begun and whose end wasn't published. */
  get open(): number {
    return this.started - this.ended - this.failed;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#take();
    this.#events.close();
    await this.#checking;
  }

  #take(): void {
    for (const event of this.#events.seen.splice(0)) {
      if (event["detail-type"] !== DETAIL_TYPE) continue;
      const name = EventReader.nameOf(event);
      if (name === "Recording Start") this.started += 1;
      else if (name === "Recording End") {
        this.ended += 1;
        this.#check(event);
      } else {
        if (name === "Recording End Failure") this.failed += 1;
        this.#found(`${name} though the bucket takes everything: ${JSON.stringify(event)}`);
      }
    }
  }

  #found(wrong: string): void {
    console.log(wrong);
    this.wrong.push(wrong);
  }

  #check({ detail }: ReadEvent): void {
    const id = String(detail.participant_id);
    const durationMs = Number(detail.recording_duration_ms);
    const bucket = String(detail.recording_s3_bucket_name);
    const prefix = String(detail.recording_s3_key_prefix);
    const recorded = this.recorded.get(id) ?? [];
    this.recorded.set(id, recorded);
    recorded.push({ prefix, durationMs, endedAt: new Date() });
    this.#checking = this.#checking.then(async () => {
      const folder = await mkdtemp(join(tmpdir(), "rolecast-soak-participant-"));
      const paths = await takeOut(this.#s3, { bucket, prefix }, folder);
      const wrong = await wrongWith(folder, paths, durationMs);
      for (const one of wrong) this.#found(`${prefix}: ${one}`);
      this.checked += 1;
      await rm(folder, { recursive: true });
    });
  }
}

async function wrongWith(folder: string, paths: readonly string[], durationMs: number) {
  const ended = join(folder, "events/recording-ended.json");
  if (!existsSync(ended)) return ["it has no recording-ended.json"];
  const { media } = JSON.parse(readFileSync(ended, "utf8"));
  const wrong: string[] = [];
  if (media.hls.duration_ms !== durationMs)
    wrong.push(`${media.hls.duration_ms} ms in JSON, ${durationMs} ms in the event`);
  for (const { path, playlist } of media.hls.renditions) {
    const place = `media/hls/${path}`;
    const text = readFileSync(join(folder, place, playlist), "utf8");
    if (!text.endsWith("#EXT-X-ENDLIST\n")) wrong.push(`${path} doesn't end`);
    const named = text.match(/^[^#\n].*$/gm) ?? [];
    const maps = [...text.matchAll(/#EXT-X-MAP:URI="([^"]+)"/g)].map(([, uri = ""]) => uri);
    const listed = new Set([...named, ...maps, playlist]);
    const stored = paths.filter((one) => one.startsWith(`${place}/`));
    const strange = stored.filter((one) => !listed.has(one.slice(place.length + 1)));
    if (strange.length > 0) wrong.push(`stored but not listed: ${strange.join(", ")}`);
    const missing = [...listed].filter((one) => !existsSync(join(folder, place, one)));
    if (missing.length > 0) wrong.push(`listed but not stored: ${missing.join(", ")}`);
    const seconds = [...text.matchAll(/^#EXTINF:([\d.]+)/gm)].map(([, value]) => Number(value));
    const totalMs = seconds.reduce((sum, value) => sum + value, 0) * 1_000;
    if (Math.abs(totalMs - durationMs) > DURATION_TOLERANCE_MS)
      wrong.push(`files of ${totalMs} ms, the event said ${durationMs}`);
  }
  const probe = ["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0"];
  const file = join(folder, "media/hls", media.hls.playlist);
  const { stdout, stderr } = await run("ffprobe", [...probe, file]).catch((error: Error) => ({
    stdout: "",
    stderr: error.message,
  }));
  if (stderr.trim() !== "") wrong.push(`ffprobe: ${stderr.trim().split("\n")[0]}`);
  for (const codec of ["h264", "aac"])
    if (!stdout.includes(codec)) wrong.push(`it has no ${codec}`);
  return wrong;
}
