import { DeleteBucketCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import type { Run } from "../../../shared/remove-all.ts";
import type { Removal } from "../../../shared/remove-items.tsx";
import { type Aws, useAws } from "../../../wire/aws-context.tsx";
import { clientsOfBucket } from "../../../wire/in-bucket-region.tsx";
import { useCall } from "../../../wire/use-call.ts";
import { BypassGovernance } from "./bypass-governance.tsx";
import { deleteKeys, everyVersion } from "./delete-keys.ts";

/** How buckets are emptied, and deleted with everything in them. */
export function useBucketRemovals(): {
  readonly empty: Removal<string>;
  readonly remove: Removal<string>;
} {
  const [bypass, setBypass] = useState(false);
  const consequences = (buckets: readonly string[]) => (
    <SpaceBetween size="m">
      <Contents buckets={buckets} />
      <BypassGovernance checked={bypass} onChange={setBypass} />
    </SpaceBetween>
  );
  const facts = { one: "bucket", nameOf: String, consequences };
  return {
    empty: {
      ...facts,
      verb: "Empty",
      done: "empty",
      remove: (aws, bucket, run) => emptyBucket(aws, bucket, run, bypass),
    },
    remove: {
      ...facts,
      remove: async (aws, bucket, run) => {
        await emptyBucket(aws, bucket, run, bypass);
        run.signal.throwIfAborted();
        run.report(bucket);
        const { s3 } = await clientsOfBucket(aws, bucket);
        await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
      },
    },
  };
}

async function emptyBucket(aws: Aws, bucket: string, run: Run, bypass: boolean): Promise<void> {
  const { s3 } = await clientsOfBucket(aws, bucket);
  await deleteKeys(s3, bucket, everyVersion(s3, bucket), run, bypass);
}

/** As many buckets are asked what they hold. */
const COUNTED_MAX = 20;

/** How much is in the buckets, as far as one call for each shows it. */
function Contents({ buckets }: { readonly buckets: readonly string[] }) {
  const aws = useAws();
  const counted = buckets.slice(0, COUNTED_MAX);
  const contents = useCall(`contents of ${counted.join(" ")}`, () =>
    Promise.all(counted.map((bucket) => contentsOf(aws, bucket))),
  );
  if (contents.error !== undefined) {
    return (
      <Box>Everything in it is deleted first: objects, their versions and delete markers.</Box>
    );
  }
  if (!contents.data)
    return <StatusIndicator type="loading">Looking what is in it</StatusIndicator>;
  const full = contents.data.filter(({ count }) => count > 0);
  if (full.length === 0) {
    return <Box>{buckets.length === 1 ? "It is empty." : "They are empty."}</Box>;
  }
  return (
    <Alert type="warning" header="These go first, and can't be brought back">
      {full.map(({ bucket, count, more }) => (
        <div key={bucket}>
          {bucket}: {count.toLocaleString("en")}
          {more && "+"} objects, versions and delete markers
        </div>
      ))}
      {buckets.length > counted.length && (
        <div>What the other {buckets.length - counted.length} hold.</div>
      )}
    </Alert>
  );
}

async function contentsOf(aws: Aws, bucket: string) {
  const { s3 } = await clientsOfBucket(aws, bucket);
  const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  const count = (page.Versions?.length ?? 0) + (page.DeleteMarkers?.length ?? 0);
  return { bucket, count, more: page.IsTruncated === true };
}
