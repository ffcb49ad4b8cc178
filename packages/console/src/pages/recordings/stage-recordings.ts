import type { StageSummary } from "@aws-sdk/client-ivs-realtime";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { listStages, sessionPages, storagePages } from "../ivs-realtime/real-time-calls.ts";
import {
  entryOf,
  foldersIn,
  type RecordingEntry,
  type RecordingFilter,
  type RecordingSource,
} from "./recording-index.ts";

/** The folder of a stage has its id's name. */
const STAGE_FOLDER = /^([A-Za-z0-9]{12})\/$/;
const SESSION_FOLDER = /^[^/]+\/(st-[A-Za-z0-9]+)\/$/;

export interface RecordedStages {
  readonly stages: readonly StageSummary[];
  /** The buckets that storage configurations name. */
  readonly buckets: readonly string[];
}

/** The stages of this Region, and where they are recorded. */
export async function readRecordedStages(aws: AwsClients): Promise<RecordedStages> {
  const [stages, configurations] = await Promise.all([
    listStages(aws),
    allPages(storagePages(aws), (page) => page),
  ]);
  const buckets = configurations.flatMap(({ s3 }) => s3?.bucketName ?? []);
  return { stages, buckets: [...new Set(buckets)] };
}

/** The recordings of participants in these buckets, those of deleted stages too. */
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
    return wanted.map((id) => {
      const arn = arns.get(id);
      const all = arn === undefined ? ofDeleted(aws, bucket, id) : ofStage(aws, bucket, id, arn);
      return filter.day === undefined ? all : onDay(all, filter.day);
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
  return sorted(times.flat().flatMap((folder) => entryOf(bucket, folder) ?? []));
}

function sorted(entries: readonly RecordingEntry[]): readonly RecordingEntry[] {
  return entries.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
}

async function* onDay(entries: RecordingSource, day: string): RecordingSource {
  for await (const entry of entries)
    if (entry.startedAt.toISOString().startsWith(`${day}T`)) yield entry;
}
