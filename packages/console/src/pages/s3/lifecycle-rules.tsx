import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
  type TransitionDefaultMinimumObjectSize,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";

/** What S3 deletes by itself. All rules of a bucket are put at once. */
export function LifecycleRules({ bucket }: { readonly bucket: string }) {
  const rules = useCall(`lifecycle of ${bucket}`, ({ s3 }) => readLifecycle(s3, bucket));
  const [selected, setSelected] = useState<readonly LifecycleRule[]>([]);
  const [adding, setAdding] = useState(false);
  const chosen = selected[0];
  const remove = useAction("The rule wasn't removed", async ({ s3 }) => {
    await changeRules(s3, bucket, (all) => all.filter(({ ID }) => ID !== chosen?.ID));
    setSelected([]);
    rules.reload();
    return `Rule ${chosen?.ID} is removed.`;
  });
  return (
    <>
      <ResourceTable
        plural="lifecycle rules"
        call={{ ...rules, data: rules.data?.rules }}
        idOf={({ ID }) => ID ?? ""}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} loading={remove.running} onClick={() => void remove.run()}>
              Remove rule
            </Button>
            <Button disabled={rules.data === undefined} onClick={() => setAdding(true)}>
              Add rule
            </Button>
          </Actions>
        }
        empty="No lifecycle rules: what is stored stays until somebody deletes it."
        columns={COLUMNS}
      />
      {adding && (
        <AddRule bucket={bucket} onAdded={rules.reload} onClose={() => setAdding(false)} />
      )}
    </>
  );
}

const COLUMNS = [
  { id: "id", header: "Rule", isRowHeader: true, cell: ({ ID }: LifecycleRule) => ID },
  { id: "status", header: "Status", cell: ({ Status }: LifecycleRule) => Status },
  { id: "scope", header: "Of which objects", cell: (rule: LifecycleRule) => scopeOf(rule) },
  { id: "does", header: "Does", cell: (rule: LifecycleRule) => effectsOf(rule).join("; ") },
];

function scopeOf({ Filter, Prefix }: LifecycleRule): string {
  const prefix = Filter?.Prefix ?? Prefix;
  if (Filter?.And !== undefined || Filter?.Tag !== undefined) return JSON.stringify(Filter);
  return prefix === undefined || prefix === "" ? "All" : `Below ${prefix}`;
}

function effectsOf(rule: LifecycleRule): readonly string[] {
  const { Expiration: expiration, NoncurrentVersionExpiration: older, Transitions } = rule;
  const after = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  return [
    ...(expiration?.Days === undefined ? [] : [`expire after ${expiration.Days} days`]),
    ...(expiration?.Date === undefined ? [] : [`expire on ${expiration.Date.toISOString()}`]),
    ...(expiration?.ExpiredObjectDeleteMarker ? ["delete markers alone go"] : []),
    ...(older?.NoncurrentDays === undefined
      ? []
      : [`older versions go after ${older.NoncurrentDays} days`]),
    ...(after === undefined ? [] : [`unfinished uploads go after ${after} days`]),
    ...(Transitions ?? []).map(({ Days, StorageClass }) => `${StorageClass} after ${Days} days`),
  ];
}

function AddRule(props: {
  readonly bucket: string;
  readonly onAdded: () => void;
  readonly onClose: () => void;
}) {
  const { bucket, onAdded, onClose } = props;
  const { s3 } = useAws();
  const { done } = useNotices();
  const [name, setName] = useState("");
  const [prefix, setPrefix] = useState("");
  const [days, setDays] = useState("30");
  const [olderDays, setOlderDays] = useState("");
  return (
    <ModalForm
      title="Add lifecycle rule"
      verb="Add"
      disabled={name === "" || (days === "" && olderDays === "")}
      onClose={onClose}
      onSubmit={async () => {
        const rule: LifecycleRule = {
          ID: name,
          Status: "Enabled",
          Filter: { Prefix: prefix },
          ...(days === "" ? {} : { Expiration: { Days: Number(days) } }),
          ...(olderDays === ""
            ? {}
            : { NoncurrentVersionExpiration: { NoncurrentDays: Number(olderDays) } }),
        };
        await changeRules(s3, bucket, (others) => [...others, rule]);
        done(`Rule ${name} is added.`);
        onAdded();
      }}
    >
      <FormField label="Rule name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Prefix" description="Empty: all objects.">
        <Input
          value={prefix}
          placeholder="ivs/v1/"
          onChange={({ detail }) => setPrefix(detail.value)}
        />
      </FormField>
      <FormField label="Objects expire after, days" description="Empty: never.">
        <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} />
      </FormField>
      <FormField label="Older versions go after, days" description="Empty: never.">
        <Input
          type="number"
          value={olderDays}
          onChange={({ detail }) => setOlderDays(detail.value)}
        />
      </FormField>
    </ModalForm>
  );
}

interface Lifecycle {
  readonly rules: readonly LifecycleRule[];
  /** Below which size objects aren't transitioned, unless a rule says so itself. */
  readonly minimumSize?: TransitionDefaultMinimumObjectSize | undefined;
}

async function readLifecycle(s3: S3Client, Bucket: string): Promise<Lifecycle> {
  try {
    const read = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    return { rules: read.Rules ?? [], minimumSize: read.TransitionDefaultMinimumObjectSize };
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchLifecycleConfiguration")
      return { rules: [] };
    throw error;
  }
}

/** The rules are read again: another may have changed them since the page was opened. */
async function changeRules(
  s3: S3Client,
  Bucket: string,
  change: (rules: readonly LifecycleRule[]) => readonly LifecycleRule[],
): Promise<void> {
  const { rules, minimumSize } = await readLifecycle(s3, Bucket);
  const Rules = [...change(rules)];
  if (Rules.length === 0) await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
  else
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        TransitionDefaultMinimumObjectSize: minimumSize,
        LifecycleConfiguration: { Rules },
      }),
    );
}
