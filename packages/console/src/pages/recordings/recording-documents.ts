import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { isDated, type RecordingEntry, type RecordingPlace } from "./recording-index.ts";

/** The contents of `events/recording-….json`, as far as the page shows them. */
export interface RecordingDocument {
  readonly text: string;
  readonly status: string;
  readonly statusMessage: string | undefined;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly durationMs: number | undefined;
  /** The multivariant playlist below the prefix; a recording of thumbnails alone has none. */
  readonly playlist: string | undefined;
  readonly renditions: readonly string[];
}

/** A document has some kilobytes; whoever writes to the bucket may write others. */
const DOCUMENT_BYTES_MAX = 1024 * 1024;
const FILES = ["recording-ended.json", "recording-failed.json", "recording-started.json"];

/** The latest document of a recording: how it ended, or that it began. */
export async function readRecordingDocument(
  { s3 }: AwsClients,
  bucket: string,
  prefix: string,
): Promise<RecordingDocument> {
  let missing: unknown;
  for (const file of FILES) {
    try {
      const Key = `${prefix}events/${file}`;
      const abort = new AbortController();
      const { Body, ContentLength = 0 } = await s3.send(
        new GetObjectCommand({ Bucket: bucket, Key }),
        { abortSignal: abort.signal },
      );
      if (ContentLength > DOCUMENT_BYTES_MAX) {
        abort.abort();
        throw new Error(`${Key} has ${ContentLength} bytes: no recording has written it.`);
      }
      return parse((await Body?.transformToString()) ?? "");
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "NoSuchKey") throw error;
      missing = error;
    }
  }
  throw missing;
}

/** A recording with the time of its beginning, which of some is in the document alone. */
export function startedEntry(
  place: RecordingPlace,
  document: RecordingDocument | undefined,
): RecordingEntry | undefined {
  if (isDated(place)) return place;
  const startedAt = new Date(document?.startedAt ?? Number.NaN);
  return Number.isNaN(startedAt.getTime()) ? undefined : { ...place, startedAt };
}

function parse(text: string): RecordingDocument {
  const document = asRecord(JSON.parse(text));
  const hls = asRecord(asRecord(document.media).hls);
  const [folder, playlist] = [textOf(hls.path), textOf(hls.playlist)];
  const renditions = Array.isArray(hls.renditions) ? hls.renditions : [];
  return {
    text: JSON.stringify(document, null, 2),
    status: textOf(document.recording_status) ?? "UNKNOWN",
    statusMessage: textOf(document.recording_status_message),
    startedAt: textOf(document.recording_started_at),
    endedAt: textOf(document.recording_ended_at),
    durationMs: typeof hls.duration_ms === "number" ? hls.duration_ms : undefined,
    playlist: folder && playlist && `${folder}/${playlist}`,
    // A participant's picture changes its size all the time, so its rendition has none.
    renditions: renditions.map((rendition) => {
      const { path, resolution_width: width, resolution_height: height } = asRecord(rendition);
      return width === undefined ? String(path) : `${String(width)}×${String(height)}`;
    }),
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
