import {
  GetPublicAccessBlockCommand,
  type PublicAccessBlockConfiguration,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { CallFailure } from "../../shared/call-failure.tsx";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useCall } from "../../wire/use-call.ts";

/** The four switches, in the order and sense of AWS's console. */
const SWITCHES = [
  { name: "BlockPublicAcls", label: "Refuse new ACLs that let everybody in" },
  { name: "IgnorePublicAcls", label: "Ignore ACLs that let everybody in" },
  { name: "BlockPublicPolicy", label: "Refuse new bucket policies that let everybody in" },
  {
    name: "RestrictPublicBuckets",
    label: "Keep everybody but this account and AWS's services out of a public bucket",
  },
] as const;

/** Block Public Access: what keeps a policy from opening the bucket by mistake. */
export function BlockPublicAccess(props: {
  readonly bucket: string;
  readonly onChanged: () => void;
}) {
  const { bucket, onChanged } = props;
  const stored = useCall(`public access block of ${bucket}`, (aws) => readBlock(aws, bucket));
  const [chosen, setChosen] = useState<PublicAccessBlockConfiguration>();
  const save = useAction("Block Public Access wasn't saved", async ({ s3 }) => {
    await s3.send(
      new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: chosen }),
    );
    setChosen(undefined);
    stored.reload();
    onChanged();
    return `Block Public Access of ${bucket} is saved.`;
  });
  if (stored.error !== undefined) {
    return (
      <CallFailure
        title="Block Public Access can't be shown"
        error={stored.error}
        onRetry={stored.reload}
      />
    );
  }
  const shown = chosen ?? stored.data;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              disabled={chosen === undefined}
              loading={save.running}
              onClick={() => save.run()}
            >
              Save settings
            </Button>
          }
        >
          Block Public Access
        </Header>
      }
    >
      {shown === undefined ? (
        <Spinner />
      ) : (
        <SpaceBetween size="xs">
          {SWITCHES.map(({ name, label }) => (
            <Checkbox
              key={name}
              checked={shown[name] === true}
              onChange={({ detail }) => setChosen({ ...shown, [name]: detail.checked })}
            >
              {label}
            </Checkbox>
          ))}
        </SpaceBetween>
      )}
    </Container>
  );
}

async function readBlock(
  { s3 }: AwsClients,
  Bucket: string,
): Promise<PublicAccessBlockConfiguration> {
  try {
    const answer = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    return answer.PublicAccessBlockConfiguration ?? {};
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchPublicAccessBlockConfiguration") return {};
    throw error;
  }
}
