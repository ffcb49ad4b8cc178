import type { Readable } from "node:stream";
import { SIGNATURE_FIELDS } from "@rolecast/wire";
import busboy from "busboy";
import { AwsError } from "../../../kernel/aws-error.ts";
import { invalidArgument, malformedForm } from "../errors.ts";

/** Source: Amazon S3 user guide, "Creating HTML forms for POST uploads": all but the file. */
const FIELDS_BYTES_MAX = 20 * 1024;
/** More than these 20 KB can hold with names. */
const FIELDS_MAX = 1000;

/**
 * Generous: with what stands around so many fields. The sender needn't have signed anything yet.
 */
const PRE_FILE_BYTES_MAX = 256 * 1024;

/** A form up to its file; what follows the file is read and left aside. */
export interface UploadForm {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  readonly file: Readable;
}

/** Rejects with InvalidArgument, MalformedPOSTRequest or MaxPostPreDataLengthExceeded. */
export function readForm(
  body: Readable,
  headers: Readonly<Record<string, string>>,
): Promise<UploadForm> {
  return new Promise((resolve, reject) => {
    const parser = startParser(headers);
    const fields = new Map<string, string>();
    let sizeBytes = 0;
    let bodyBytes = 0;
    let hasFile = false;
    const count = (chunk: Buffer) => {
      if (bodyBytes > PRE_FILE_BYTES_MAX) {
        body.off("data", count);
        body.unpipe(parser);
        reject(tooMuch());
      }
      bodyBytes += chunk.length;
    };
    parser.on("field", (name, value, { valueTruncated, nameTruncated }) => {
      // Whether these have come when somebody looks depends on how the body is cut.
      if (hasFile) return;
      sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
      if (valueTruncated || nameTruncated || sizeBytes > FIELDS_BYTES_MAX) reject(tooMuch());
      // S3 takes a file that has no name, and so comes as a field, for the file.
      else if (fields.has(name.toLowerCase()) && SIGNATURE_FIELDS.has(name.toLowerCase()))
        reject(invalidArgument("This field must be given once.", name, value));
      else fields.set(name.toLowerCase(), value);
    });
    parser.on("file", (_name, file, { filename }) => {
      hasFile = true;
      body.off("data", count);
      // Who reads the file is told of its end; of one that is refused unread there may be nobody.
      file.on("error", () => {});
      resolve({ fields, fileName: filename ?? "", file });
    });
    parser.on("fieldsLimit", () => reject(tooMuch()));
    parser.on("error", () => reject(malformedForm()));
    parser.on("close", () =>
      reject(invalidArgument("POST requires exactly one file upload per request.", "file", "0")),
    );
    body.once("error", (error) => {
      reject(error);
      parser.destroy(error);
    });
    body.on("data", count);
    body.pipe(parser);
  });
}

function startParser(headers: Readonly<Record<string, string>>): busboy.Busboy {
  try {
    return busboy({
      headers: { ...headers },
      defParamCharset: "utf8",
      limits: { fieldSize: FIELDS_BYTES_MAX, fields: FIELDS_MAX, files: 1 },
    });
  } catch {
    // The boundary is missing, which is the only thing that it looks at yet.
    throw malformedForm();
  }
}

function tooMuch(): AwsError {
  return new AwsError(
    "MaxPostPreDataLengthExceeded",
    "Your POST request fields preceding the upload file were too large.",
    { status: 400 },
  );
}
