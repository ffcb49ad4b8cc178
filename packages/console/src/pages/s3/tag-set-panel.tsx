import {
  DeleteBucketTaggingCommand,
  DeleteObjectTaggingCommand,
  GetBucketTaggingCommand,
  GetObjectTaggingCommand,
  PutBucketTaggingCommand,
  PutObjectTaggingCommand,
  type Tag,
} from "@aws-sdk/client-s3";
import { CallFailure } from "../../shared/call-failure.tsx";
import { tagsOf } from "../../shared/tags.ts";
import { TagsPanel } from "../../shared/tags-panel.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";

/** A bucket, or with a key an object in it. */
interface Tagged {
  readonly bucket: string;
  readonly key?: string;
}

/** The tags of a bucket or an object. S3 sets all tags at once, or deletes all. */
export function TagSetPanel({ of }: { readonly of: Tagged }) {
  const tags = useCall(`tags of ${of.bucket}/${of.key ?? ""}`, (aws) => readTags(aws, of));
  if (tags.error !== undefined) {
    return <CallFailure title="The tags can't be shown" error={tags.error} onRetry={tags.reload} />;
  }
  return (
    <TagsPanel
      tags={tags.data ?? {}}
      put={(aws, changed) => changeTags(aws, of, (known) => ({ ...known, ...tagsOf(changed) }))}
      remove={(aws, keys) =>
        changeTags(aws, of, (known) =>
          Object.fromEntries(Object.entries(known).filter(([key]) => !keys.includes(key))),
        )
      }
      onChanged={tags.reload}
    />
  );
}

async function readTags({ s3 }: AwsClients, of: Tagged): Promise<Record<string, string>> {
  const { bucket: Bucket, key: Key } = of;
  try {
    const { TagSet = [] } = await (Key === undefined
      ? s3.send(new GetBucketTaggingCommand({ Bucket }))
      : s3.send(new GetObjectTaggingCommand({ Bucket, Key })));
    return Object.fromEntries(TagSet.map(({ Key: name, Value }) => [name, Value ?? ""]));
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchTagSet") return {};
    throw error;
  }
}

/** The tags are read again: another may have changed them since the page was opened. */
async function changeTags(
  aws: AwsClients,
  of: Tagged,
  change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<void> {
  await writeTags(aws, of, change(await readTags(aws, of)));
}

async function writeTags(
  { s3 }: AwsClients,
  { bucket: Bucket, key: Key }: Tagged,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const TagSet: Tag[] = Object.entries(tags).map(([name, Value]) => ({ Key: name, Value }));
  const none = TagSet.length === 0;
  const Tagging = { TagSet };
  if (Key === undefined) {
    if (none) await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    else await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging }));
  } else if (none) await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key }));
  else await s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
}
