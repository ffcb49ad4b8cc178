import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
  type TransitionDefaultMinimumObjectSize,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";
import {
  changedRule,
  fieldsOf,
  type LifecycleFields,
  NEW_RULE,
  newRule,
} from "./lifecycle-fields.ts";
import { LifecycleRuleForm } from "./lifecycle-rule-form.tsx";

/** The rules by which S3 deletes objects. All rules of a bucket are put at once. */
export function LifecycleRules({ bucket }: { readonly bucket: string }) {
  const { s3 } = useAws();
  const { done } = useNotices();
  const rules = useCall(`lifecycle of ${bucket}`, (aws) => readLifecycle(aws.s3, bucket));
  const [editing, setEditing] = useState<LifecycleRule | "new">();
  const change = async (make: (rules: readonly LifecycleRule[]) => readonly LifecycleRule[]) => {
    await changeRules(s3, bucket, make);
    rules.reload();
  };
  const save = async (fields: LifecycleFields) => {
    await change((all) =>
      editing === "new" || editing === undefined
        ? [...all, newRule(fields)]
        : replaceRule(all, editing, fields),
    );
    done(`Rule ${fields.name} is saved.`);
  };
  return (
    <>
      <ResourceTable
        plural="lifecycle rules"
        call={{ ...rules, data: rules.data?.rules }}
        idOf={({ ID }) => ID ?? ""}
        removal={{
          one: "rule",
          nameOf: ({ ID = "" }) => ID,
          verb: "Remove",
          button: "Remove rule",
          done: "removed",
          remove: (aws, { ID }) =>
            changeRules(aws.s3, bucket, (all) => all.filter((rule) => rule.ID !== ID)),
        }}
        actions={([chosen, ...others]) => (
          <Actions>
            <Button
              disabled={!chosen || others.length > 0}
              onClick={() => chosen && setEditing(chosen)}
            >
              Edit rule
            </Button>
            <Button disabled={rules.data === undefined} onClick={() => setEditing("new")}>
              Add rule
            </Button>
          </Actions>
        )}
        empty="No lifecycle rules: what is stored stays until somebody deletes it."
        columns={COLUMNS}
      />
      {editing !== undefined && (
        <LifecycleRuleForm
          title={editing === "new" ? "Add lifecycle rule" : "Edit lifecycle rule"}
          verb={editing === "new" ? "Add" : "Save"}
          fields={editing === "new" ? NEW_RULE : fieldsOf(editing)}
          onSave={save}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  );
}

const COLUMNS = [
  { id: "id", header: "Rule", isRowHeader: true, value: ({ ID }: LifecycleRule) => ID },
  { id: "status", header: "Status", value: ({ Status }: LifecycleRule) => Status },
  { id: "scope", header: "Of which objects", value: (rule: LifecycleRule) => shownScope(rule) },
  { id: "does", header: "Does", value: (rule: LifecycleRule) => effectsOf(rule).join("; ") },
];

function shownScope(rule: LifecycleRule): string {
  const { prefix, tags, largerThan, smallerThan } = fieldsOf(rule).scope;
  const conditions = [
    ...(prefix === "" ? [] : [`Below ${prefix}`]),
    ...tags.map(({ key, value }) => `tagged ${key}=${value}`),
    ...(largerThan === "" ? [] : [`larger than ${largerThan} bytes`]),
    ...(smallerThan === "" ? [] : [`smaller than ${smallerThan} bytes`]),
  ];
  return conditions.join(", ") || "All";
}

function effectsOf(rule: LifecycleRule): readonly string[] {
  const { expiration, older, abort, moves, olderMoves } = fieldsOf(rule);
  const on = rule.Expiration?.Date?.toISOString();
  const kept = older.kept === "" ? "" : `, but the newest ${older.kept}`;
  return [
    ...(expiration.days === "" ? [] : [`expire after ${expiration.days} days`]),
    ...(on === undefined ? [] : [`expire on ${on}`]),
    ...(expiration.markers ? ["delete markers alone go"] : []),
    ...(older.days === "" ? [] : [`older versions go after ${older.days} days${kept}`]),
    ...(abort.days === "" ? [] : [`unfinished uploads go after ${abort.days} days`]),
    ...moves.map(({ days, storageClass }) => `${storageClass} after ${days} days`),
    ...(rule.Transitions ?? []).flatMap(({ Date: when, StorageClass }) =>
      when === undefined ? [] : [`${StorageClass} on ${when.toISOString()}`],
    ),
    ...olderMoves.map(
      ({ days, storageClass }) => `older versions ${storageClass} after ${days} days`,
    ),
  ];
}

function replaceRule(
  rules: readonly LifecycleRule[],
  opened: LifecycleRule,
  fields: LifecycleFields,
): readonly LifecycleRule[] {
  if (!rules.some(({ ID }) => ID === opened.ID)) {
    throw new Error(`Rule ${opened.ID} isn't there any more.`);
  }
  return rules.map((rule) =>
    rule.ID === opened.ID ? changedRule(rule, fieldsOf(opened), fields) : rule,
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
