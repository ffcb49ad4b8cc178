import { type Bucket, paginateListBuckets } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { nameColumn } from "../../shared/columns.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { forItems, RemoveItems } from "../../shared/remove-items.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { pagesOf } from "../../wire/read-pages.ts";
import { usePrefixList } from "../../wire/use-list.ts";
import { createBucket } from "./create-bucket.ts";
import { useBucketRemovals } from "./deletion/bucket-removals.tsx";

export function BucketsPage() {
  const [creating, setCreating] = useState(false);
  const [emptying, setEmptying] = useState<readonly string[]>();
  const { empty, remove } = useBucketRemovals();
  const buckets = usePrefixList("buckets", "buckets", ({ s3: client }, Prefix) =>
    pagesOf(
      paginateListBuckets({ client, pageSize: BUCKETS_PER_PAGE }, Prefix === "" ? {} : { Prefix }),
      (page) => page.Buckets,
    ),
  );
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create bucket
    </Button>
  );
  return (
    <Page title="Buckets" description="Buckets of all Regions.">
      <ResourceTable
        plural="buckets"
        call={buckets}
        idOf={nameOf}
        removal={forItems(remove, nameOf)}
        actions={(chosen) => (
          <Actions>
            <Button disabled={chosen.length === 0} onClick={() => setEmptying(chosen.map(nameOf))}>
              Empty
            </Button>
            {create}
          </Actions>
        )}
        empty={
          <SpaceBetween size="xs" alignItems="center">
            <b>No buckets</b>
            <Box>Recordings need one, in the Region of their channel.</Box>
            {create}
          </SpaceBetween>
        }
        columns={COLUMNS}
      />
      {creating && <CreateBucket onClose={() => setCreating(false)} onCreated={buckets.reload} />}
      {emptying && (
        <RemoveItems
          removal={empty}
          items={emptying}
          plural="buckets"
          onClose={() => setEmptying(undefined)}
        />
      )}
    </Page>
  );
}

/** Source: S3's API, MaxBuckets. */
const BUCKETS_PER_PAGE = 1_000;

function nameOf({ Name = "" }: Bucket): string {
  return Name;
}

const COLUMNS = [
  nameColumn(nameOf, (bucket) => placeOf("/s3/buckets/:bucket", { bucket: nameOf(bucket) })),
  { id: "created", header: "Created", value: ({ CreationDate }: Bucket) => CreationDate },
];

function CreateBucket(props: { readonly onCreated: () => void; readonly onClose: () => void }) {
  const { onCreated, onClose } = props;
  const aws = useAws();
  const { region } = aws;
  const { done } = useNotices();
  const [name, setName] = useState("");
  const [locked, setLocked] = useState(false);
  return (
    <ModalForm
      title="Create bucket"
      verb="Create"
      disabled={name === ""}
      onClose={onClose}
      onSubmit={async () => {
        await createBucket(aws, name, locked);
        done(`Bucket ${name} is created in ${region}.`);
        onCreated();
      }}
    >
      <FormField
        label="Bucket name"
        description={`3 to 63 lower-case letters, digits, dots and hyphens. The bucket will be in ${region}.`}
      >
        <Input value={name} spellcheck={false} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <Checkbox
        checked={locked}
        description="Versions can be kept from being deleted. Versioning can't be suspended then."
        onChange={({ detail }) => setLocked(detail.checked)}
      >
        Object Lock
      </Checkbox>
    </ModalForm>
  );
}
