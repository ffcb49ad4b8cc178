import { GetBucketLocationCommand } from "@aws-sdk/client-s3";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { AwsClients } from "./aws-clients.ts";
import { type Aws, InRegion } from "./aws-context.tsx";
import { useCall } from "./use-call.ts";

/**
 * Gives its children the clients of the bucket's Region: S3 takes requests and presigned URLs there
 * only. Users who may not ask for it get the Region that is picked.
 */
export function InBucketRegion(props: { readonly bucket: string; readonly children: ReactNode }) {
  const { bucket, children } = props;
  const location = useCall(`location of ${bucket}`, ({ s3 }) =>
    s3.send(new GetBucketLocationCommand({ Bucket: bucket })),
  );
  if (location.error !== undefined) return children;
  if (location.data === undefined) {
    return <StatusIndicator type="loading">Loading the bucket</StatusIndicator>;
  }
  const region = location.data.LocationConstraint ?? "us-east-1";
  return <InRegion region={region}>{children}</InRegion>;
}

/** The clients of the bucket's Region, for an action on one bucket of many. */
export async function clientsOfBucket(aws: Aws, bucket: string): Promise<AwsClients> {
  const { LocationConstraint } = await aws.s3.send(
    new GetBucketLocationCommand({ Bucket: bucket }),
  );
  return aws.inRegion(LocationConstraint ?? "us-east-1");
}
