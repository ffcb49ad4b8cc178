import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";

/** Deletes one version or delete marker by its ID. */
export function DeleteVersion(props: {
  readonly bucket: string;
  readonly version: {
    readonly key: string;
    readonly versionId: string;
    readonly deleteMarker: boolean;
  };
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}) {
  const { bucket: Bucket, version, onDeleted, onClose } = props;
  const { key: Key, versionId: VersionId, deleteMarker } = version;
  const { s3 } = useAws();
  const { done } = useNotices();
  const [bypass, setBypass] = useState(false);
  return (
    <DeleteModal
      what={`version ${VersionId} of ${Key}`}
      consequences={
        deleteMarker ? (
          <Box>Without this delete marker the version before it is the object again.</Box>
        ) : (
          <SpaceBetween size="m">
            <Box>A version that is deleted by its ID is gone for good.</Box>
            <Checkbox
              checked={bypass}
              description="In spite of its retention. Needs s3:BypassGovernanceRetention."
              onChange={({ detail }) => setBypass(detail.checked)}
            >
              Bypass governance mode
            </Checkbox>
          </SpaceBetween>
        )
      }
      onClose={onClose}
      onDelete={async () => {
        const BypassGovernanceRetention = bypass ? { BypassGovernanceRetention: true } : {};
        await s3.send(
          new DeleteObjectCommand({ Bucket, Key, VersionId, ...BypassGovernanceRetention }),
        );
        done(`Version ${VersionId} of ${Key} is deleted.`);
        onDeleted();
      }}
    />
  );
}
