import { AwsError } from "../../../kernel/aws-error.ts";
import { wholeSeconds } from "../../../kernel/clock.ts";
import type { RequestContext } from "../../../kernel/request-context.ts";
import { type ObjectChecksum, readChecksum } from "../checksums/object-checksum.ts";
import { unquote } from "../entity-tags.ts";
import type { ObjectRow, S3Tables } from "../tables.ts";
import { type ByteRange, parseByteRange } from "./byte-range.ts";
import { checkPartNumber } from "./part-number.ts";

/** The bytes that a read asks for, and a checksum where S3 has one of just these. */
export interface ReadRange extends ByteRange {
  readonly checksum?: ObjectChecksum | undefined;
}

/** The members by which GetObject and HeadObject choose bytes. */
export interface RangeInput {
  readonly Range?: string | undefined;
  readonly PartNumber?: number | undefined;
}

/** Undefined for the whole object. Throws InvalidRange, InvalidPartNumber, InvalidArgument. */
export async function chooseRange(
  { Range, PartNumber }: RangeInput,
  row: ObjectRow,
  context: RequestContext,
): Promise<ReadRange | undefined> {
  if (Range !== undefined) {
    if (hasChanged(context.http?.headers["if-range"], row)) return undefined;
    const range = parseByteRange(Range, row.size_bytes);
    return range && { ...range, checksum: checksumOfAll(row, range) };
  }
  if (PartNumber === undefined) return undefined;
  return await rangeOfPart(PartNumber, row, context);
}

/**
 * Whether the object isn't the one that `If-Range` names by its entity tag or its time. Its bytes
 * must not be put behind those that the client has of another one (RFC 9110, 13.1.5): it gets all.
 */
function hasChanged(ifRange: string | undefined, row: ObjectRow): boolean {
  if (ifRange === undefined) return false;
  const timeMs = ifRange.startsWith('"') ? Number.NaN : Date.parse(ifRange);
  if (Number.isNaN(timeMs)) return ifRange.startsWith("W/") || unquote(ifRange) !== row.etag;
  return timeMs !== wholeSeconds(row.modified_ms);
}

/** The place of a part in the object. An object that was put whole is its own first part. */
async function rangeOfPart(
  partNumber: number,
  row: ObjectRow,
  context: RequestContext,
): Promise<ReadRange | undefined> {
  checkPartNumber(partNumber);
  const whole = readChecksum(row.checksum);
  if (row.upload_id === null) {
    if (partNumber > 1) throw invalidPartNumber(partNumber, 1);
    if (row.size_bytes === 0) return undefined;
    return { start: 0, end: row.size_bytes - 1, checksum: whole };
  }
  const part = await context
    .db<S3Tables>()
    .selectFrom("s3_parts")
    .select(["offset_bytes", "size_bytes", "checksum"])
    .where("upload_id", "=", row.upload_id)
    .orderBy("part_number")
    .offset(partNumber - 1)
    .limit(1)
    .executeTakeFirst();
  if (!part) throw invalidPartNumber(partNumber, row.parts_count ?? 0);
  const start = part.offset_bytes ?? 0;
  const range = { start, end: start + part.size_bytes - 1 };
  if (whole?.type === "COMPOSITE" && part.checksum !== null)
    return { ...range, checksum: { ...whole, value: part.checksum } };
  return { ...range, checksum: checksumOfAll(row, range) };
}

/** A checksum of the whole object says nothing about less of it. */
function checksumOfAll(row: ObjectRow, { start, end }: ByteRange): ObjectChecksum | undefined {
  return start === 0 && end === row.size_bytes - 1 ? readChecksum(row.checksum) : undefined;
}

function invalidPartNumber(requested: number, count: number): AwsError {
  return new AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", {
    status: 416,
    fields: { PartNumberRequested: String(requested), ActualPartCount: String(count) },
  });
}
