import {
  GetObjectLockConfigurationCommand,
  type ObjectLockConfiguration,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { CallState } from "../../shared/call-state.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { useNotices } from "../../shared/notices.tsx";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import { DefaultRetentionForm, type RetentionFields } from "./default-retention-form.tsx";

type BucketLock = ObjectLockConfiguration | "off";

/** Shows whether versions can be locked, and the default lock of new ones. */
export function DefaultRetention({ bucket }: { readonly bucket: string }) {
  const { s3 } = useAws();
  const { done } = useNotices();
  const lock = useCall(`object lock of ${bucket}`, (aws) => readLock(aws, bucket));
  const [editing, setEditing] = useState(false);
  const off = lock.data === "off";
  const title = off ? "Enable Object Lock" : "Edit default retention";
  const save = async (fields: RetentionFields) => {
    const Rule = ruleOf(fields);
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket: bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", ...(Rule && { Rule }) },
      }),
    );
    done(`Object Lock of ${bucket} is saved.`);
    lock.reload();
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button disabled={lock.data === undefined} onClick={() => setEditing(true)}>
              {title}
            </Button>
          }
        >
          Object Lock
        </Header>
      }
    >
      <CallState what="Object Lock" call={lock} />
      {lock.data && (
        <KeyValuePairs
          columns={2}
          minColumnWidth={FACT_WIDTH_MIN}
          items={[
            { label: "Object Lock", value: off ? "Off" : "On: versions can be locked" },
            { label: "Default retention of new versions", value: shownRule(lock.data) },
          ]}
        />
      )}
      {editing && lock.data && (
        <DefaultRetentionForm
          title={title}
          warning={off ? "Object Lock can't be turned off again, and needs versioning." : undefined}
          before={fieldsOf(lock.data)}
          onSave={save}
          onClose={() => setEditing(false)}
        />
      )}
    </Container>
  );
}

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

function fieldsOf(lock: BucketLock): RetentionFields {
  const { Mode: mode = "", Days, Years } = retentionOf(lock);
  return Years === undefined
    ? { mode, period: String(Days ?? 30), unit: "Days" }
    : { mode, period: String(Years), unit: "Years" };
}

function ruleOf({ mode, period, unit }: RetentionFields): ObjectLockConfiguration["Rule"] {
  return mode === "" ? undefined : { DefaultRetention: { Mode: mode, [unit]: Number(period) } };
}

function shownRule(lock: BucketLock): string {
  const { Mode, Days, Years } = retentionOf(lock);
  if (Mode === undefined) return "None";
  return `${Mode} for ${Years === undefined ? `${Days} days` : `${Years} years`}`;
}

function retentionOf(lock: BucketLock) {
  return lock === "off" ? {} : (lock.Rule?.DefaultRetention ?? {});
}
