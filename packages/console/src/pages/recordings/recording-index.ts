import { ListObjectsV2Command, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";

/** A recording as its prefix describes it. */
export interface RecordingPlace {
  readonly bucket: string;
  /**
   * `ivs/v1/<account>/<channel>/<y>/<m>/<d>/<h>/<min>/<id>/` of a channel's recording,
   * `<stage>/<session>/<participant>/<time>/` of a participant's,
   * `<stage>/<composition>/<destination>/composite/` of a composition's.
   */
  readonly prefix: string;
  /** The last part of the ARN of the channel or the stage. */
  readonly sourceId: string;
  /** The participant of a stage that was recorded; a channel's recording has none. */
  readonly participantId?: string;
  /** The composition of a stage that was recorded. */
  readonly compositionId?: string;
  readonly id: string;
  /**
   * The time to the minute of a channel's recording: its prefix contains no more. A composition's
   * contains none: its JSON does.
   */
  readonly startedAt: Date | undefined;
}

export interface RecordingEntry extends RecordingPlace {
  readonly startedAt: Date;
}

const ROOT = "ivs/v1/";
const PREFIX = /^ivs\/v1\/\d+\/([^/]+)\/(\d+)\/(\d+)\/(\d+)\/(\d+)\/(\d+)\/([^/]+)\//;
const PARTICIPANT =
  /^([A-Za-z0-9]+)\/st-[A-Za-z0-9]+\/([\w-]+)\/(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z\//;
const COMPOSITION = /^([A-Za-z0-9]+)\/([A-Za-z0-9]{12})\/[A-Za-z0-9]{12}\/composite\//;
/** Year, month, day, hour, minute. */
const TIME_LEVELS = 5;
const DAY_LEVELS = 3;

export interface RecordingFilter {
  /** Left out with `stageId`: everything that was ever recorded to the buckets. */
  readonly channelId?: string | undefined;
  readonly stageId?: string | undefined;
  /** `2026-02-07`, UTC; left out: every day. */
  readonly day?: string | undefined;
}

export interface FoundRecordings {
  readonly entries: readonly RecordingEntry[];
  readonly complete: boolean;
}

/** Recordings that are looked for one by one, the newest first. */
export type RecordingSource = AsyncGenerator<RecordingEntry, void>;

/**
 * The latest recordings of channels in these buckets and of further sources, the newest first, and
 * whether they are all.
 */
export async function latestRecordings(
  aws: AwsClients,
  buckets: readonly string[],
  filter: RecordingFilter,
  max: number,
  further: readonly RecordingSource[] = [],
): Promise<FoundRecordings> {
  const channels = filter.stageId === undefined ? await channelSources(aws, buckets, filter) : [];
  const entries: RecordingEntry[] = [];
  for await (const entry of newestFirst([...channels, ...further])) {
    if (entries.length === max) return { entries, complete: false };
    entries.push(entry);
  }
  return { entries, complete: true };
}

async function channelSources(
  aws: AwsClients,
  buckets: readonly string[],
  filter: RecordingFilter,
): Promise<readonly RecordingSource[]> {
  const channels = await Promise.all(
    buckets.map(async (bucket) => {
      const prefixes = await channelPrefixes(aws, bucket, filter.channelId);
      return prefixes.map((prefix) => ofChannel(aws, bucket, prefix, filter.day));
    }),
  );
  return channels.flat();
}

/** The folders of the channels that recorded to a bucket, those of deleted ones too. */
async function channelPrefixes(
  aws: AwsClients,
  bucket: string,
  channelId: string | undefined,
): Promise<readonly string[]> {
  const accounts = await foldersIn(aws, bucket, ROOT);
  if (channelId !== undefined) return accounts.map((account) => `${account}${channelId}/`);
  const channels = await Promise.all(accounts.map((account) => foldersIn(aws, bucket, account)));
  return channels.flat();
}

/** A channel's recordings. Folders are asked for one by one: a recording has many objects. */
async function* ofChannel(
  aws: AwsClients,
  bucket: string,
  channel: string,
  day: string | undefined,
): AsyncGenerator<RecordingEntry, void> {
  const [start, levels] =
    day === undefined
      ? [channel, TIME_LEVELS]
      : [`${channel}${dayPath(day)}/`, TIME_LEVELS - DAY_LEVELS];
  yield* below(aws, bucket, start, levels);
}

async function* below(
  aws: AwsClients,
  bucket: string,
  prefix: string,
  levels: number,
): AsyncGenerator<RecordingEntry, void> {
  const folders = await foldersIn(aws, bucket, prefix);
  if (levels === 0) {
    for (const folder of folders) {
      const place = recordingOf(bucket, folder);
      if (place && isDated(place)) yield place;
    }
    return;
  }
  // Nothing is padded: 10 comes after 9.
  const byTime = folders.toSorted((a, b) => numberOf(b) - numberOf(a));
  for (const folder of byTime) yield* below(aws, bucket, folder, levels - 1);
}

/** Merges sources that each give the newest first. */
async function* newestFirst(sources: readonly RecordingSource[]): RecordingSource {
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let newest: { readonly index: number; readonly entry: RecordingEntry } | undefined;
    for (const [index, head] of heads.entries()) {
      if (head.done) continue;
      if (newest === undefined || head.value.startedAt > newest.entry.startedAt) {
        newest = { index, entry: head.value };
      }
    }
    if (newest === undefined) return;
    yield newest.entry;
    const next = await sources[newest.index]?.next();
    if (next) heads[newest.index] = next;
  }
}

export function foldersIn(
  { s3: client }: AwsClients,
  Bucket: string,
  Prefix: string,
): Promise<readonly string[]> {
  return allPages(
    paginateListObjectsV2({ client }, { Bucket, Prefix, Delimiter: "/" }),
    ({ CommonPrefixes = [] }) => CommonPrefixes.map((common) => common.Prefix ?? ""),
  );
}

function numberOf(folder: string): number {
  return Number(folder.split("/").at(-2));
}

/** The recording that a key belongs to; undefined for any other object. */
export function recordingOf(bucket: string, key: string): RecordingPlace | undefined {
  const match = PREFIX.exec(key);
  if (!match) return participantsOf(bucket, key) ?? compositionsOf(bucket, key);
  const [prefix, sourceId = "", year, month, day, hour, minute, id = ""] = match;
  const startedAt = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)),
  );
  return { bucket, prefix, sourceId, id, startedAt };
}

export function isDated(place: RecordingPlace): place is RecordingEntry {
  return place.startedAt !== undefined;
}

function participantsOf(bucket: string, key: string): RecordingPlace | undefined {
  const match = PARTICIPANT.exec(key);
  if (!match) return undefined;
  const [prefix, sourceId = "", participantId = "", day, hour, minute, second] = match;
  const startedAt = new Date(`${day}T${hour}:${minute}:${second}Z`);
  return { bucket, prefix, sourceId, participantId, id: participantId, startedAt };
}

function compositionsOf(bucket: string, key: string): RecordingPlace | undefined {
  const match = COMPOSITION.exec(key);
  if (!match) return undefined;
  const [prefix, sourceId = "", compositionId = ""] = match;
  return { bucket, prefix, sourceId, compositionId, id: compositionId, startedAt: undefined };
}

/** `2026-02-07` → `2026/2/7`: nothing is padded. */
function dayPath(day: string): string {
  return day.split("-").map(Number).join("/");
}

/** The first thumbnail's key, if thumbnails were recorded. */
export async function firstThumbnail(
  { s3 }: AwsClients,
  { bucket, prefix }: Pick<RecordingEntry, "bucket" | "prefix">,
): Promise<string | undefined> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}media/`, MaxKeys: 1_000 }),
  );
  return Contents.map(({ Key = "" }) => Key).find((key) => /\.jpe?g$/.test(key));
}
