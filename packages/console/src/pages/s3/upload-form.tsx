import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import { useRef, useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { presignedPutUrl } from "../../wire/presign.ts";
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
  readonly onUploaded: () => void;
  readonly onClose: () => void;
}) {
  const { bucket, prefix, onUploaded, onClose } = props;
  const aws = useAws();
  const { done } = useNotices();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [progress, setProgress] = useState<Progress>();
  const stopping = useRef(new AbortController());
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const upload = async () => {
    let before = 0;
    for (const [index, file] of files.entries()) {
      const label = `Uploading ${file.name}, ${index + 1} of ${files.length}`;
      const show = (bytes: number) => setProgress({ label, sentBytes: before + bytes });
      show(0);
      const place = { bucket, key: `${prefix}${file.name}` };
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
  const tooLarge = files.filter(({ size }) => size > FILE_BYTES_MAX);
  return (
    <ModalForm
      title={`Upload to ${bucket}/${prefix}`}
      verb="Upload"
      disabled={files.length === 0 || tooLarge.length > 0}
      onClose={close}
      onSubmit={upload}
    >
      <FormField
        label="Files"
        errorText={
          tooLarge.length > 0 &&
          `S3 takes at most 5 GB at once. Upload ${tooLarge.map(({ name }) => name).join(", ")} with "aws s3 cp", which sends parts.`
        }
      >
        <FileUpload
          multiple
          showFileSize
          value={files}
          i18nStrings={{
            uploadButtonText: () => "Choose files",
            dropzoneText: () => "Drop files here",
            removeFileAriaLabel: (index) => `Remove file ${index + 1}`,
          }}
          onChange={({ detail }) => setFiles(detail.value)}
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
