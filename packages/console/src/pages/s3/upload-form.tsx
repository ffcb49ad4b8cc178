import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { presignedPutUrl } from "../../wire/presign.ts";
import { sendFile } from "./send-file.ts";

/** A URL that is signed for one upload needn't live longer than one. */
const UPLOAD_SECONDS = 3_600;

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
  const [sentBytes, setSentBytes] = useState<number>();
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const upload = async () => {
    let before = 0;
    for (const file of files) {
      const place = { bucket, key: `${prefix}${file.name}` };
      const type = file.type === "" ? "binary/octet-stream" : file.type;
      const url = await presignedPutUrl(aws, place, type, UPLOAD_SECONDS);
      await sendFile(url, file, type, (bytes) => setSentBytes(before + bytes));
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
    done(`${files.length} files are uploaded to ${bucket}/${prefix}.`);
    onUploaded();
  };
  return (
    <ModalForm
      title={`Upload to ${bucket}/${prefix}`}
      verb="Upload"
      disabled={files.length === 0}
      onClose={onClose}
      onSubmit={upload}
    >
      <FormField label="Files">
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
      {sentBytes !== undefined && (
        <ProgressBar
          label="Uploading"
          value={totalBytes === 0 ? 100 : (sentBytes / totalBytes) * 100}
        />
      )}
    </ModalForm>
  );
}
