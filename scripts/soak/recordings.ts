import type { S3Client } from "@aws-sdk/client-s3";
import { EventReader, type ReadEvent } from "../../test/scenarios/ivs/event-reader.ts";
import { checkRecording } from "./recording-check.ts";

/**
 * Checks each recording of a run as soon as its end is published, and removes it from the bucket.
 */
export class Recordings {
  started = 0;
  ended = 0;
  failed = 0;
  startFailures = 0;
  checked = 0;
  decoded = 0;
  readonly wrong: string[] = [];
  /** Seconds of complete recordings, by channel ARN. */
  readonly recordedMs = new Map<string, number>();
  readonly #s3: S3Client;
  readonly #events: EventReader;
  /** ARNs of channels whose encoders send nothing wrong. */
  readonly #clean: ReadonlySet<string>;
  /** A bucket that refuses the role now and then: nowhere else may a recording fail. */
  readonly #unreliable: string;
  readonly #timer: NodeJS.Timeout;
  #checking: Promise<void> = Promise.resolve();

  constructor(endpoint: string, s3: S3Client, clean: ReadonlySet<string>, unreliable: string) {
    this.#s3 = s3;
    this.#unreliable = unreliable;
    this.#clean = clean;
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
      switch (EventReader.nameOf(event)) {
        case "Recording Start":
          this.started += 1;
          break;
        case "Recording Start Failure":
          this.startFailures += 1;
          this.#mayFail(event);
          break;
        case "Recording End":
          this.ended += 1;
          this.#check(event, false);
          break;
        case "Recording End Failure":
          this.failed += 1;
          this.#mayFail(event);
          this.#check(event, true);
      }
    }
  }

  #mayFail({ detail }: ReadEvent): void {
    if (detail.recording_s3_bucket_name !== this.#unreliable)
      this.wrong.push(`failed though its bucket takes everything: ${JSON.stringify(detail)}`);
  }

  #check({ resources, detail }: ReadEvent, failed: boolean): void {
    const clean = resources.some((arn) => this.#clean.has(arn));
    const streams = detail.recording_session_stream_ids as readonly string[];
    const announced = {
      bucket: String(detail.recording_s3_bucket_name),
      prefix: String(detail.recording_s3_key_prefix),
      durationMs: Number(detail.recording_duration_ms),
      streams: streams.length,
      failed,
      clean,
    };
    const [arn = ""] = resources;
    if (!failed) this.recordedMs.set(arn, (this.recordedMs.get(arn) ?? 0) + announced.durationMs);
    this.#checking = this.#checking.then(async () => {
      this.wrong.push(...(await checkRecording(this.#s3, announced)));
      this.checked += 1;
      if (clean && !failed) this.decoded += 1;
    });
  }
}
