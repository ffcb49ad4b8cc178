import { GetBucketVersioningCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { DefaultRetention } from "./default-retention.tsx";
import { LifecycleRules } from "./lifecycle-rules.tsx";
import { TagSetPanel } from "./tag-set-panel.tsx";

/** Versioning, Object Lock, lifecycle rules and tags. */
export function BucketProperties({ bucket }: { readonly bucket: string }) {
  return (
    <SpaceBetween size="l">
      <Versioning bucket={bucket} />
      <DefaultRetention bucket={bucket} />
      <LifecycleRules bucket={bucket} />
      <TagSetPanel of={{ bucket }} />
    </SpaceBetween>
  );
}

function Versioning({ bucket }: { readonly bucket: string }) {
  const versioning = useCall(`versioning of ${bucket}`, ({ s3 }) =>
    s3.send(new GetBucketVersioningCommand({ Bucket: bucket })),
  );
  const enabled = versioning.data?.Status === "Enabled";
  const change = useAction("The versioning wasn't changed", async ({ s3 }) => {
    const Status = enabled ? "Suspended" : "Enabled";
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }),
    );
    versioning.reload();
    return enabled
      ? "Versioning is suspended: versions that there are stay."
      : "Versioning is enabled: what is overwritten or deleted stays as a version.";
  });
  if (versioning.error !== undefined) {
    return (
      <CallFailure
        title="The versioning can't be shown"
        error={versioning.error}
        onRetry={versioning.reload}
      />
    );
  }
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              disabled={versioning.data === undefined}
              loading={change.running}
              onClick={() => change.run()}
            >
              {enabled ? "Suspend versioning" : "Enable versioning"}
            </Button>
          }
        >
          Bucket
        </Header>
      }
    >
      <KeyValuePairs
        columns={2}
        minColumnWidth={FACT_WIDTH_MIN}
        items={[
          { label: "ARN", value: <CopiedValue label="ARN" value={`arn:aws:s3:::${bucket}`} /> },
          { label: "Versioning", value: versioning.data?.Status ?? "Off" },
        ]}
      />
    </Container>
  );
}
