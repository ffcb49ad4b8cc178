import {
  DeleteBucketTaggingCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CallFailure } from "../../shared/call-failure.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";

/** Versioning and tags. S3 sets all tags at once, or deletes all. */
export function BucketProperties({ bucket }: { readonly bucket: string }) {
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
  const tags = useCall(`tags of ${bucket}`, (aws) => readTags(aws, bucket));
  return (
    <SpaceBetween size="l">
      {versioning.error !== undefined ? (
        <CallFailure title="The versioning can't be shown" error={versioning.error} />
      ) : (
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
            columns={2}
            items={[
              {
                label: "ARN",
                value: <CopiedValue label="ARN" value={`arn:aws:s3:::${bucket}`} />,
              },
              { label: "Versioning", value: versioning.data?.Status ?? "Off" },
            ]}
          />
        </Container>
      )}
      {tags.error !== undefined ? (
        <CallFailure title="The tags can't be shown" error={tags.error} />
      ) : (
        <TagsPanel
          tags={tags.data ?? {}}
          put={(aws, changed) =>
            writeTags(aws, bucket, {
              ...tags.data,
              ...Object.fromEntries(changed.map(({ key, value }) => [key, value])),
            })
          }
          remove={async (aws, keys) => {
            const left = { ...(await readTags(aws, bucket)) };
            for (const key of keys) delete left[key];
            await writeTags(aws, bucket, left);
          }}
          onChanged={tags.reload}
        />
      )}
    </SpaceBetween>
  );
}

async function readTags({ s3 }: AwsClients, Bucket: string): Promise<Record<string, string>> {
  try {
    const { TagSet = [] } = await s3.send(new GetBucketTaggingCommand({ Bucket }));
    return Object.fromEntries(TagSet.map(({ Key, Value }) => [Key, Value ?? ""]));
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchTagSet") return {};
    throw error;
  }
}

async function writeTags(
  { s3 }: AwsClients,
  Bucket: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (TagSet.length === 0) await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
  else await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
}
