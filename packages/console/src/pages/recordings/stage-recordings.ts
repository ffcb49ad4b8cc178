import type { StageSummary } from "@aws-sdk/client-ivs-realtime";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { listStages, sessionPages, storagePages } from "../ivs-realtime/real-time-calls.ts";
import { readRecordingDocument, startedEntry } from "./recording-documents.ts";
import {
  foldersIn,
  isDated,
  type RecordingEntry,
  type RecordingFilter,
  type RecordingSource,
  recordingOf,
} from "./recording-index.ts";

/** The folder of a stage has its id's name. */
const STAGE_FOLDER = /^([A-Za-z0-9]{12})\/$/;
const SESSION_FOLDER = /^[^/]+\/(st-[A-Za-z0-9]+)\/$/;
const COMPOSITION_FOLDER = /^[^/]+\/[A-Za-z0-9]{12}\/$/;
/**
 * Recordings of compositions by their prefix: what was read of one doesn't change, and a list looks
 * at all of them.
 */
const KNOWN = new WeakMap<AwsClients, Map<string, RecordingEntry>>();

export interface RecordedStages {
  readonly stages: readonly StageSummary[];
  /** The buckets that storage configurations name. */
  readonly buckets: readonly string[];
}

/** The stages of this Region, and where they are recorded. */
export async function readRecordedStages(
  aws: AwsClients,
  list: () => Promise<readonly StageSummary[]> = () => listStages(aws),
): Promise<RecordedStages> {
  const [stages, configurations] = await Promise.all([
    list(),
    allPages(storagePages(aws), (page) => page),
  ]);
  const buckets = configurations.flatMap(({ s3 }) => s3?.bucketName ?? []);
  return { stages, buckets: [...new Set(buckets)] };
}

/**
 * The recordings of participants and compositions in these buckets, those of deleted stages too.
 */
export async function stageSources(
  aws: AwsClients,
  { stages, buckets }: RecordedStages,
  filter: RecordingFilter,
): Promise<readonly RecordingSource[]> {
  if (filter.channelId !== undefined) return [];
  const arns = new Map(stages.map(({ arn = "" }) => [arn.split("/").at(-1), arn]));
  const sources = buckets.map(async (bucket) => {
    const ids = (await foldersIn(aws, bucket, "")).flatMap(
      (folder) => STAGE_FOLDER.exec(folder)?.[1] ?? [],
    );
    const wanted = ids.filter((id) => filter.stageId === undefined || filter.stageId === id);
    return wanted.flatMap((id) => {
      const arn = arns.get(id);
      const all = arn === undefined ? ofDeleted(aws, bucket, id) : ofStage(aws, bucket, id, arn);
      const { day } = filter;
      const both = [all, ofCompositions(aws, bucket, id)];
      return day === undefined ? both : both.map((one) => onDay(one, day));
    });
  });
  return (await Promise.all(sources)).flat();
}

/** IVS lists the sessions, the newest first; only one is there at a time. */
async function* ofStage(
  aws: AwsClients,
  bucket: string,
  stageId: string,
  stageArn: string,
): RecordingSource {
  for await (const sessions of sessionPages(aws, stageArn))
    for (const { sessionId } of sessions)
      yield* await ofSession(aws, bucket, `${stageId}/${sessionId}/`);
}

/** All of them are read: sessions' names don't say which was the last one. */
async function* ofDeleted(aws: AwsClients, bucket: string, stageId: string): RecordingSource {
  const folders = await foldersIn(aws, bucket, `${stageId}/`);
  const sessions = folders.filter((folder) => SESSION_FOLDER.test(folder));
  const found = await Promise.all(sessions.map((session) => ofSession(aws, bucket, session)));
  yield* sorted(found.flat());
}

async function ofSession(
  aws: AwsClients,
  bucket: string,
  session: string,
): Promise<readonly RecordingEntry[]> {
  const participants = await foldersIn(aws, bucket, session);
  const times = await Promise.all(participants.map((folder) => foldersIn(aws, bucket, folder)));
  const places = times.flat().flatMap((folder) => recordingOf(bucket, folder) ?? []);
  return sorted(places.filter(isDated));
}

/** All of them are read: neither names nor folders say which was the last one. */
async function* ofCompositions(aws: AwsClients, bucket: string, stageId: string): RecordingSource {
  const folders = await foldersIn(aws, bucket, `${stageId}/`);
  const compositions = folders.filter((folder) => COMPOSITION_FOLDER.test(folder));
  const found = compositions.map(async (composition) => {
    const destinations = await foldersIn(aws, bucket, composition);
    return Promise.all(destinations.map((folder) => ofDestination(aws, bucket, folder)));
  });
  yield* sorted((await Promise.all(found)).flat(2));
}

/** The time is in the JSON. Without any nothing is recorded yet. */
async function ofDestination(
  aws: AwsClients,
  bucket: string,
  destination: string,
): Promise<readonly RecordingEntry[]> {
  const place = recordingOf(bucket, `${destination}composite/`);
  if (!place) return [];
  const known = KNOWN.get(aws) ?? new Map<string, RecordingEntry>();
  KNOWN.set(aws, known);
  const key = `${bucket}/${place.prefix}`;
  const before = known.get(key);
  if (before) return [before];
  const document = await readRecordingDocument(aws, bucket, place.prefix).catch((error) => {
    if (error instanceof Error && error.name === "NoSuchKey") return undefined;
    throw error;
  });
  const entry = startedEntry(place, document);
  if (!entry) return [];
  known.set(key, entry);
  return [entry];
}

function sorted(entries: readonly RecordingEntry[]): readonly RecordingEntry[] {
  return entries.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
}

async function* onDay(entries: RecordingSource, day: string): RecordingSource {
  for await (const entry of entries)
    if (entry.startedAt.toISOString().startsWith(`${day}T`)) yield entry;
}
