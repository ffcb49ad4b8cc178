import FormField from "@cloudscape-design/components/form-field";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import { useRef, useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { presignedPutUrl } from "../../wire/presign.ts";
import { hasDotParts } from "./dot-keys.ts";
import { FilePicker } from "./file-picker.tsx";
import type { PickedFile } from "./picked-files.ts";
import { sendFile } from "./send-file.ts";

/** A URL that is signed for one upload needn't live longer than one. */
const UPLOAD_SECONDS = 3_600;

/** Source: S3's PutObject, "up to 5 GB in a single operation"; it counts in 1,024s. */
const FILE_BYTES_MAX = 5 * 1024 ** 3;

interface Progress {
  readonly label: string;
  readonly sentBytes: number;
}

/** Uploads files below a prefix, with their progress. */
export function UploadForm(props: {
  readonly bucket: string;
  readonly prefix: string;
  /** Files that were dropped before the form opened. */
  readonly dropped: readonly PickedFile[];
  readonly onUploaded: () => void;
  readonly onClose: () => void;
}) {
  const { bucket, prefix, onUploaded, onClose } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [files, setFiles] = useState(props.dropped);
  const [unread, setUnread] = useState("");
  const [progress, setProgress] = useState<Progress>();
  const stopping = useRef(new AbortController());
  const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const upload = async () => {
    let before = 0;
    for (const [index, { path, file }] of files.entries()) {
      const label = `Uploading ${path}, ${index + 1} of ${files.length}`;
      const show = (bytes: number) => setProgress({ label, sentBytes: before + bytes });
      show(0);
      const place = { bucket, key: `${prefix}${path}` };
      const type = file.type === "" ? "binary/octet-stream" : file.type;
      const url = await presignedPutUrl(aws, place, type, UPLOAD_SECONDS);
      await sendFile(url, file, type, show, stopping.current.signal);
      aws.calls.add({
        service: "s3api",
        region: aws.region,
        operation: "PutObject",
        // The AWS CLI takes the file's name for its bytes.
        input: { Bucket: bucket, Key: place.key, Body: file.name, ContentType: type },
        errorCode: undefined,
      });
      before += file.size;
    }
    const what = files.length === 1 ? "1 file is" : `${files.length} files are`;
    done(`${what} uploaded to ${bucket}/${prefix}.`);
    onUploaded();
  };
  const close = () => {
    stopping.current.abort();
    onClose();
    // Files that were uploaded before stay.
    if (progress !== undefined) onUploaded();
  };
  const fault = unread || faultOf(files);
  return (
    <ModalForm
      title={`Upload to ${bucket}/${prefix}`}
      verb="Upload"
      disabled={files.length === 0 || fault !== ""}
      onClose={close}
      onSubmit={upload}
    >
      <FormField label="Files" errorText={fault}>
        <FilePicker
          files={files}
          onChange={(picked) => {
            setUnread("");
            setFiles(picked);
          }}
          onFailed={(error) => setUnread(String(error))}
        />
      </FormField>
      {progress && (
        <ProgressBar
          label={progress.label}
          value={totalBytes === 0 ? 100 : (progress.sentBytes / totalBytes) * 100}
        />
      )}
    </ModalForm>
  );
}

/** The reason why they can't be uploaded from here; empty when they can. */
function faultOf(files: readonly PickedFile[]): string {
  const tooLarge = files.filter(({ file }) => file.size > FILE_BYTES_MAX);
  if (tooLarge.length > 0) {
    const names = tooLarge.map(({ path }) => path).join(", ");
    return `S3 takes at most 5 GB at once. Upload ${names} with "aws s3 cp", which sends parts.`;
  }
  const dots = files.find(({ path }) => hasDotParts(path));
  if (!dots) return "";
  return `Browsers take “.” and “..” out of addresses, so ${dots.path} would get another key. Use the AWS CLI.`;
}
