import {
  type Bucket,
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  paginateListBuckets,
} from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { ModalForm } from "../../shared/modal-form.tsx";
import { Moment } from "../../shared/moment.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { allPages } from "../../wire/all-pages.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { useCall } from "../../wire/use-call.ts";

export function BucketsPage() {
  const { s3 } = useAws();
  const { done } = useNotices();
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Bucket>();
  const [selected, setSelected] = useState<readonly Bucket[]>([]);
  const buckets = useCall("buckets", ({ s3: client }) =>
    allPages(paginateListBuckets({ client }, {}), (page) => page.Buckets),
  );
  const chosen = selected[0];
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
        idOf={({ Name }) => Name ?? ""}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button disabled={!chosen} onClick={() => setDeleting(chosen)}>
              Delete
            </Button>
            {create}
          </Actions>
        }
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
      {deleting && (
        <DeleteModal
          what={`bucket ${deleting.Name}`}
          consequences={<Box>S3 deletes empty buckets only.</Box>}
          onClose={() => setDeleting(undefined)}
          onDelete={async () => {
            await s3.send(new DeleteBucketCommand({ Bucket: deleting.Name }));
            done(`Bucket ${deleting.Name} is deleted.`);
            setSelected([]);
            buckets.reload();
          }}
        />
      )}
    </Page>
  );
}

const COLUMNS = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    cell: ({ Name = "" }: Bucket) => (
      <PlaceLink to={placeOf("/s3/buckets/:bucket", { bucket: Name })}>{Name}</PlaceLink>
    ),
  },
  {
    id: "created",
    header: "Created",
    cell: ({ CreationDate }: Bucket) => <Moment at={CreationDate} />,
  },
];

function CreateBucket(props: { readonly onCreated: () => void; readonly onClose: () => void }) {
  const { onCreated, onClose } = props;
  const { s3, region } = useAws();
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
        const LocationConstraint = region as BucketLocationConstraint;
        await s3.send(
          new CreateBucketCommand({
            Bucket: name,
            ...(locked ? { ObjectLockEnabledForBucket: true } : {}),
            // us-east-1 is S3's default, and isn't named.
            ...(region === "us-east-1"
              ? {}
              : { CreateBucketConfiguration: { LocationConstraint } }),
          }),
        );
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
