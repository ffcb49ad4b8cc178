import { Readable } from "node:stream";
import { SIGNATURE_FIELDS } from "@rolecast/wire";
import { AwsError } from "../../../kernel/aws-error.ts";
import { invalidArgument } from "../errors.ts";
import { FormParts } from "./form-parts.ts";

/** Source: Amazon S3 user guide, "Creating HTML forms for POST uploads": all but the file. */
const FIELDS_BYTES_MAX = 20 * 1024;
/** More than these 20 KB can hold with names. */
const FIELDS_MAX = 1000;

/**
 * Generous: with what stands around so many fields. The sender needn't have signed anything yet.
 */
const PRE_FILE_BYTES_MAX = 256 * 1024;

const FILE = "file";

/** A form up to its file; what follows the file is left aside. */
export interface UploadForm {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string | undefined;
  readonly file: Readable;
}

/**
 * Reads a form by its fields' names, as S3 does: the field `file` is the file, with or without a
 * file's name. Rejects with InvalidArgument, MalformedPOSTRequest or MaxPostPreDataLengthExceeded.
 */
export async function readForm(
  body: Readable,
  headers: Readonly<Record<string, string>>,
): Promise<UploadForm> {
  let isFile = false;
  let bodyBytes = 0;
  const count = (sizeBytes: number) => {
    bodyBytes += sizeBytes;
    // A chunk may hold more than the fields.
    if (!isFile && bodyBytes - sizeBytes > PRE_FILE_BYTES_MAX) throw tooMuch();
  };
  // The connection is still needed for the answer.
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  const parts = new FormParts(chunks, headers["content-type"] ?? "", count);
  const fields = new Map<string, string>();
  let fieldsBytes = 0;
  await parts.start();
  for (let part = await parts.next(); part; part = await parts.next()) {
    const { name, fileName } = part;
    const folded = name.toLowerCase();
    if (folded === FILE) {
      isFile = true;
      const file = Readable.from(parts.stream());
      // Whoever reads the file gets its error; of one that is refused unread there may be nobody.
      file.on("error", () => {});
      return { fields, fileName: fileName && baseName(fileName), file };
    }
    const value = await parts.text();
    // What is no text can't stand in the answer, nor read again.
    if (value === undefined) throw invalidArgument("The field isn't valid UTF-8.", name, "");
    fieldsBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (fieldsBytes > FIELDS_BYTES_MAX || fields.size >= FIELDS_MAX) throw tooMuch();
    if (fields.has(folded) && SIGNATURE_FIELDS.has(folded))
      throw invalidArgument("This field must be given once.", name, value);
    fields.set(folded, value);
  }
  throw invalidArgument("POST requires exactly one file upload per request.", FILE, "0");
}

/** Source: S3 API, "POST object", `${filename}`: the text after the last slash or backslash. */
function baseName(fileName: string): string {
  return fileName.slice(Math.max(fileName.lastIndexOf("/"), fileName.lastIndexOf("\\")) + 1);
}

function tooMuch(): AwsError {
  return new AwsError(
    "MaxPostPreDataLengthExceeded",
    "Your POST request fields preceding the upload file were too large.",
    { status: 400 },
  );
}
