import { CreateRecordingConfigurationCommand } from "@aws-sdk/client-ivs";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { inBackground } from "../../shared/in-background.ts";
import { Refusal } from "../../shared/refusal.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { createBucket } from "../s3/create-bucket.ts";
import { recordingBucketName } from "./recording-bucket-name.ts";

/** Makes a bucket and a recording configuration for it, without leaving the form around it. */
export function NewRecordingBucket(props: {
  readonly channelName: string;
  readonly onCreated: (recordingConfigurationArn: string) => void;
}) {
  const { channelName, onCreated } = props;
  const [open, setOpen] = useState(false);
  const aws = useAws();
  const identity = useCall("identity", ({ sts }) => sts.send(new GetCallerIdentityCommand({})));
  const [typed, setTyped] = useState<string>();
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const proposed = recordingBucketName(channelName, identity.data?.Account, aws.region);
  const bucketName = typed ?? proposed;
  const create = async () => {
    setRunning(true);
    setError(undefined);
    try {
      await createBucket(aws, bucketName);
      const { recordingConfiguration } = await aws.ivs.send(
        new CreateRecordingConfigurationCommand({
          ...(channelName === "" ? {} : { name: channelName }),
          destinationConfiguration: { s3: { bucketName } },
          thumbnailConfiguration: { recordingMode: "INTERVAL", targetIntervalSeconds: 10 },
        }),
      );
      setOpen(false);
      onCreated(recordingConfiguration?.arn ?? "");
    } catch (failure) {
      setError(failure);
    } finally {
      setRunning(false);
    }
  };
  if (!open) {
    return (
      <Button formAction="none" onClick={() => setOpen(true)}>
        Record to a new bucket
      </Button>
    );
  }
  return (
    <FormField
      label="New bucket"
      description={`In ${aws.region}, with a recording configuration for it.`}
      errorText={error !== undefined && <Refusal error={error} />}
    >
      <SpaceBetween direction="horizontal" size="xs">
        <Input
          value={bucketName}
          ariaLabel="New bucket"
          onChange={({ detail }) => setTyped(detail.value)}
        />
        <Button
          formAction="none"
          loading={running}
          disabled={bucketName === ""}
          onClick={() => inBackground("The bucket wasn't created", create())}
        >
          Create and use
        </Button>
      </SpaceBetween>
    </FormField>
  );
}
