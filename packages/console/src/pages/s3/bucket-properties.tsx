import {
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  type ObjectLockConfiguration,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { type Call, useCall } from "../../wire/use-call.ts";
import { LifecycleRules } from "./lifecycle-rules.tsx";
import { TagSetPanel } from "./tag-set-panel.tsx";

/** Versioning, Object Lock, lifecycle rules and tags. */
export function BucketProperties({ bucket }: { readonly bucket: string }) {
  return (
    <SpaceBetween size="l">
      <Versioning bucket={bucket} />
      <LifecycleRules bucket={bucket} />
      <TagSetPanel of={{ bucket }} />
    </SpaceBetween>
  );
}

function Versioning({ bucket }: { readonly bucket: string }) {
  const versioning = useCall(`versioning of ${bucket}`, ({ s3 }) =>
    s3.send(new GetBucketVersioningCommand({ Bucket: bucket })),
  );
  const lock = useCall(`object lock of ${bucket}`, (aws) => readLock(aws, bucket));
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
              onClick={() => void change.run()}
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
        columns={3}
        items={[
          { label: "ARN", value: <CopiedValue label="ARN" value={`arn:aws:s3:::${bucket}`} /> },
          { label: "Versioning", value: versioning.data?.Status ?? "Off" },
          { label: "Object Lock", value: shownLock(lock) },
        ]}
      />
    </Container>
  );
}

type BucketLock = ObjectLockConfiguration | "off";

async function readLock({ s3 }: AwsClients, Bucket: string): Promise<BucketLock> {
  try {
    const answer = await s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
    return answer.ObjectLockConfiguration ?? "off";
  } catch (error) {
    const { name } = error instanceof Error ? error : { name: "" };
    if (name === "ObjectLockConfigurationNotFoundError") return "off";
    throw error;
  }
}

function shownLock({ data, error }: Call<BucketLock>): string {
  if (error !== undefined) return error instanceof Error ? error.message : String(error);
  if (data === undefined) return "…";
  if (data === "off") return "Off";
  const { Mode, Days, Years } = data.Rule?.DefaultRetention ?? {};
  if (Mode === undefined) return "On, without a rule for new objects";
  return `${Mode} for ${Years === undefined ? `${Days} days` : `${Years} years`}`;
}
