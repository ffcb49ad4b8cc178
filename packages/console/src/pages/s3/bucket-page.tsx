import { GetBucketPolicyStatusCommand } from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { InBucketRegion } from "../../wire/in-bucket-region.tsx";
import { type Call, useCall } from "../../wire/use-call.ts";
import { BlockPublicAccess } from "./block-public-access.tsx";
import { BucketPolicy } from "./bucket-policy.tsx";
import { BucketProperties } from "./bucket-properties.tsx";
import { useBucketRemovals } from "./deletion/bucket-removals.tsx";
import { ObjectList } from "./object-list.tsx";

export function BucketPage({ params, query }: PageProps) {
  const bucket = params.bucket ?? "";
  return (
    <InBucketRegion bucket={bucket}>
      <Bucket bucket={bucket} prefix={query.get("prefix") ?? ""} />
    </InBucketRegion>
  );
}

function Bucket({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) {
  const { region } = useAws();
  const removals = useBucketRemovals();
  const [removing, setRemoving] = useState<keyof typeof removals>();
  const [emptied, setEmptied] = useState(0);
  const verdict = useCall(`public access of ${bucket}`, (aws) => isPublic(aws, bucket));
  return (
    <Page
      title={bucket}
      description={`Bucket in ${region}`}
      actions={
        <Actions>
          {badge(verdict)}
          <Button onClick={() => setRemoving("empty")}>Empty</Button>
          <Button onClick={() => setRemoving("remove")}>Delete bucket</Button>
        </Actions>
      }
    >
      <PageTabs
        tabs={[
          {
            id: "objects",
            label: "Objects",
            content: <ObjectList key={`${prefix} ${emptied}`} bucket={bucket} prefix={prefix} />,
          },
          {
            id: "permissions",
            label: "Permissions",
            content: (
              <SpaceBetween size="l">
                <BlockPublicAccess bucket={bucket} onChanged={verdict.reload} />
                <BucketPolicy bucket={bucket} verdict={verdict} />
              </SpaceBetween>
            ),
          },
          { id: "properties", label: "Properties", content: <BucketProperties bucket={bucket} /> },
        ]}
      />
      {removing && (
        <RemoveItems
          removal={removals[removing]}
          items={[bucket]}
          plural="buckets"
          onClose={() => setRemoving(undefined)}
          onRemoved={() => setEmptied((times) => times + 1)}
          onDone={() => removing === "remove" && goTo("#/s3/buckets")}
        />
      )}
    </Page>
  );
}

/** Whether the policy opens the bucket to everybody, by S3's own judgement. */
async function isPublic({ s3 }: AwsClients, Bucket: string): Promise<boolean> {
  try {
    const { PolicyStatus } = await s3.send(new GetBucketPolicyStatusCommand({ Bucket }));
    return PolicyStatus?.IsPublic ?? false;
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucketPolicy") return false;
    throw error;
  }
}

function badge({ data, error }: Call<boolean>) {
  if (error !== undefined) {
    return <StatusIndicator type="warning">Public access unknown</StatusIndicator>;
  }
  if (data === undefined) return <StatusIndicator type="loading">Public access</StatusIndicator>;
  return data ? (
    <StatusIndicator type="warning">Public</StatusIndicator>
  ) : (
    <StatusIndicator>Not public</StatusIndicator>
  );
}
