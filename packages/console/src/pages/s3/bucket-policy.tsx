import { DeleteBucketPolicyCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import Alert from "@cloudscape-design/components/alert";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { PolicyPanel } from "../../shared/policy-panel.tsx";
import { type Call, useCall } from "../../wire/use-call.ts";
import { readBucketPolicy, writeBucketPolicy } from "./bucket-policy-calls.ts";

/** The bucket's policy: validated as it is typed, and S3's verdict whether it is public. */
export function BucketPolicy(props: { readonly bucket: string; readonly verdict: Call<boolean> }) {
  const { bucket, verdict } = props;
  const identity = useCall("identity", ({ sts }) => sts.send(new GetCallerIdentityCommand({})));
  const account = identity.data?.Account ?? "000000000000";
  return (
    <PolicyPanel
      title="Bucket policy"
      kind="bucket"
      of={bucket}
      bucketName={bucket}
      sizeMax={POLICY_SIZE_LIMITS.bucketPolicyBytes}
      read={(aws) => readBucketPolicy(aws, bucket)}
      save={(aws, text) => writeBucketPolicy(aws, bucket, text)}
      remove={({ s3 }) => s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }))}
      onChanged={verdict.reload}
      withoutOne={{
        sentence: "The bucket has no policy: only its own account may use it. Below is a proposal.",
        proposal: newPolicy(bucket, account),
      }}
      verdict={
        verdict.data && (
          <Alert type="warning" header="This bucket is public">
            Its policy lets everybody in, in a way that S3 judges as public.
          </Alert>
        )
      }
    />
  );
}

/** A first policy that grants nothing new. */
function newPolicy(bucket: string, account: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OnlyThisAccountReads",
        Effect: "Allow",
        Principal: { AWS: account },
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${bucket}/*`,
      },
    ],
  });
}
