import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { POLICY_SIZE_LIMITS } from "@rolecast/policy";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { CallFailure } from "../../shared/call-failure.tsx";
import { JsonEditor, useFindings } from "../../shared/json-editor.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { type Call, useCall } from "../../wire/use-call.ts";

/** The bucket's policy: validated as it is typed, and S3's verdict whether it is public. */
export function BucketPolicy(props: { readonly bucket: string; readonly verdict: Call<boolean> }) {
  const { bucket, verdict } = props;
  const stored = useCall(`policy of ${bucket}`, (aws) => readPolicy(aws, bucket));
  const identity = useCall("identity", ({ sts }) => sts.send(new GetCallerIdentityCommand({})));
  const account = identity.data?.Account ?? "000000000000";
  const [typed, setTyped] = useState<string>();
  const text = typed ?? stored.data ?? newPolicy(bucket, account);
  const findings = useFindings(text, "bucket", bucket);
  const changed = () => {
    setTyped(undefined);
    stored.reload();
    verdict.reload();
  };
  const save = useAction("The policy wasn't saved", async ({ s3 }) => {
    await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: text }));
    changed();
    return `The policy of ${bucket} is saved.`;
  });
  const remove = useAction("The policy wasn't deleted", async ({ s3 }) => {
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
    changed();
    return `${bucket} has no policy any more.`;
  });
  if (stored.error !== undefined) {
    return (
      <CallFailure title="The policy can't be shown" error={stored.error} onRetry={stored.reload} />
    );
  }
  if (stored.loading && stored.data === undefined && typed === undefined) return <Spinner />;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            stored.data === undefined
              ? "The bucket has no policy: only its own account may use it. Below is a proposal."
              : undefined
          }
          actions={
            <Actions>
              <Button
                disabled={stored.data === undefined}
                loading={remove.running}
                onClick={() => remove.run()}
              >
                Delete policy
              </Button>
              <Button
                variant="primary"
                disabled={findings.length > 0}
                loading={save.running}
                onClick={() => save.run()}
              >
                Save policy
              </Button>
            </Actions>
          }
        >
          Bucket policy
        </Header>
      }
    >
      <SpaceBetween size="m">
        {verdict.data && (
          <Alert type="warning" header="This bucket is public">
            Its policy lets everybody in, in a way that S3 judges as public.
          </Alert>
        )}
        <JsonEditor
          label="Policy"
          kind="bucket"
          value={text}
          bucketName={bucket}
          sizeMax={POLICY_SIZE_LIMITS.bucketPolicyBytes}
          onChange={setTyped}
        />
      </SpaceBetween>
    </Container>
  );
}

async function readPolicy({ s3 }: AwsClients, Bucket: string): Promise<string | undefined> {
  try {
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    return Policy === undefined ? undefined : pretty(Policy);
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucketPolicy") return undefined;
    throw error;
  }
}

/** A first policy that grants nothing new. */
function newPolicy(bucket: string, account: string): string {
  return pretty(
    JSON.stringify({
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
    }),
  );
}
