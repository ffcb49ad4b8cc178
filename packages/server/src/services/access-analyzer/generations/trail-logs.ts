import type { TrailRecord } from "@rolecast/policy";
import { parseArn } from "../../../kernel/arn.ts";
import { nextTurn } from "../../../kernel/work/turns.ts";
import { GENERATION } from "../quotas.ts";
import type { AccessRole } from "./access-role.ts";
import { JobFailure } from "./job-error.ts";
import { logRecords } from "./log-records.ts";

/** The records that a job looks at. */
export interface TrailDetails {
  readonly trails: readonly {
    readonly cloudTrailArn: string;
    readonly regions?: readonly string[];
    readonly allRegions?: boolean;
  }[];
  readonly accessRole: string;
  readonly startMs: number;
  readonly endMs: number;
}

interface Trail {
  readonly S3BucketName: string;
  readonly S3KeyPrefix?: string;
}

interface Listing {
  readonly Contents?: readonly { readonly Key: string; readonly Size: number }[];
  readonly NextContinuationToken?: string;
}

const DAY_MS = 24 * 60 * 60_000;
/** Files are written some time after their events. */
const LATE_MS = DAY_MS;
/** `…/us-east-1/2026/11/28/…`. */
const PLACE = /\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+\.json\.gz$/;

/** Reads the files of a job's trails. */
export class TrailLogs {
  readonly #details: TrailDetails;
  readonly #role: AccessRole;
  #files = 0;
  #bytes = 0;

  constructor(details: TrailDetails, role: AccessRole) {
    this.#details = details;
    this.#role = role;
  }

  /** Each record of a management event in the range. @throws JobFailure */
  async *records(closing: AbortSignal): AsyncGenerator<TrailRecord> {
    for (const trail of this.#details.trails)
      for await (const key of this.#keysOf(trail)) {
        closing.throwIfAborted();
        for await (const record of this.#recordsIn(key))
          if (isRecord(record) && this.#isMeant(record)) yield record;
        await nextTurn();
      }
  }

  async *#keysOf({
    cloudTrailArn,
    regions = [],
    allRegions = false,
  }: TrailDetails["trails"][number]) {
    const arn = parseArn(cloudTrailArn);
    const { Trail } = await this.#role.call<{ readonly Trail: Trail }>(
      ...(["cloudtrail", "GetTrail", { Name: cloudTrailArn }, arn?.region] as const),
    );
    const start = Trail.S3KeyPrefix === undefined ? "" : `${Trail.S3KeyPrefix}/`;
    const folder = `${start}AWSLogs/${arn?.accountId}/CloudTrail/`;
    for (const Prefix of allRegions ? [folder] : regions.map((region) => `${folder}${region}/`)) {
      let token: string | undefined;
      do {
        const input = {
          Bucket: Trail.S3BucketName,
          Prefix,
          ...(token !== undefined && { ContinuationToken: token }),
        };
        const page = await this.#role.call<Listing>("s3", "ListObjectsV2", input);
        for (const { Key, Size } of page.Contents ?? [])
          if (this.#isInRange(Key)) {
            this.#count(Size);
            yield { Bucket: Trail.S3BucketName, Key };
          }
        token = page.NextContinuationToken;
      } while (token !== undefined);
    }
  }

  #count(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    if (this.#files > GENERATION.logFilesMax || this.#bytes > GENERATION.logBytesMax)
      throw new JobFailure(
        "SERVICE_QUOTA_EXCEEDED_ERROR",
        "The trails have more log files in the time range than one job reads.",
      );
  }

  #isInRange(key: string): boolean {
    const [, , year, month, day] = PLACE.exec(key) ?? [];
    const dayMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
    const { startMs, endMs } = this.#details;
    return dayMs + DAY_MS > startMs && dayMs <= endMs + LATE_MS;
  }

  async *#recordsIn(place: { readonly Bucket: string; readonly Key: string }) {
    const { Body } = await this.#role.call<{ readonly Body: AsyncIterable<Uint8Array> }>(
      ...(["s3", "GetObject", place] as const),
    );
    try {
      yield* logRecords(Body);
    } catch (cause) {
      throw new JobFailure("SERVICE_ERROR", `${place.Key} is no log file of CloudTrail.`, cause);
    }
  }

  #isMeant({ eventTime = "", eventCategory = "Management" }: LoggedRecord): boolean {
    const ms = Date.parse(eventTime);
    const { startMs, endMs } = this.#details;
    return ms >= startMs && ms <= endMs && eventCategory === "Management";
  }
}

type LoggedRecord = TrailRecord & { readonly eventCategory?: string };

function isRecord(value: unknown): value is LoggedRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    ["eventSource", "eventName"].every((name) => typeof Reflect.get(value, name) === "string")
  );
}
