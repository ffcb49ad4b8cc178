import { DeleteObjectsCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { DeleteModal } from "../../shared/delete-modal.tsx";
import { Moment } from "../../shared/moment.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownBytes } from "../../shared/shown-values.ts";
import { allPages } from "../../wire/all-pages.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { download } from "../../wire/presign.ts";
import { useCall } from "../../wire/use-call.ts";
import { ObjectVersions } from "./object-versions.tsx";
import { UploadForm } from "./upload-form.tsx";

/** An object, or what S3 calls a common prefix and people a folder. */
interface Entry {
  readonly key: string;
  readonly folder: boolean;
  readonly size: number | undefined;
  readonly modified: Date | undefined;
}

/** Objects below a prefix, one level at a time. */
export function ObjectList({
  bucket,
  prefix,
}: {
  readonly bucket: string;
  readonly prefix: string;
}) {
  const aws = useAws();
  const { done } = useNotices();
  const [selected, setSelected] = useState<readonly Entry[]>([]);
  const [uploading, setUploading] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [withVersions, setWithVersions] = useState(false);
  const entries = useCall(`objects of ${bucket}/${prefix}`, (clients) =>
    listEntries(clients, bucket, prefix),
  );
  const objects = selected.filter(({ folder }) => !folder);
  const upload = (
    <Button variant="primary" onClick={() => setUploading(true)}>
      Upload
    </Button>
  );
  return (
    <SpaceBetween size="s">
      {prefix !== "" && <Folders bucket={bucket} prefix={prefix} />}
      <Toggle checked={withVersions} onChange={({ detail }) => setWithVersions(detail.checked)}>
        Show versions
      </Toggle>
      {withVersions ? (
        <ObjectVersions bucket={bucket} prefix={prefix} onChanged={entries.reload} />
      ) : (
        <ResourceTable
          plural="objects"
          call={entries}
          idOf={({ key }) => key}
          selectionType="multi"
          selected={selected}
          onSelect={setSelected}
          actions={
            <Actions>
              <Button
                disabled={objects.length !== 1}
                onClick={() => void download(aws, { bucket, key: objects[0]?.key ?? "" })}
              >
                Download
              </Button>
              <Button disabled={objects.length === 0} onClick={() => setDeleting(true)}>
                Delete
              </Button>
              {upload}
            </Actions>
          }
          empty={
            <SpaceBetween size="xs" alignItems="center">
              <b>No objects</b>
              <Box>Upload a file; IVS puts recordings below ivs/v1/.</Box>
              {upload}
            </SpaceBetween>
          }
          columns={columnsOf(bucket, prefix)}
        />
      )}
      {uploading && (
        <UploadForm
          bucket={bucket}
          prefix={prefix}
          onClose={() => setUploading(false)}
          onUploaded={entries.reload}
        />
      )}
      {deleting && (
        <DeleteModal
          what={objects.length === 1 ? (objects[0]?.key ?? "") : `${objects.length} objects`}
          consequences={
            <Box>
              Where the bucket keeps versions, a delete marker hides what is deleted: “Show
              versions” brings it back. Otherwise it is gone for good.
            </Box>
          }
          onClose={() => setDeleting(false)}
          onDelete={async () => {
            await deleteObjects(aws, bucket, objects);
            done(
              objects.length === 1
                ? "The object is deleted."
                : `${objects.length} objects are deleted.`,
            );
            setSelected([]);
            entries.reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}

function Folders({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) {
  const parts = prefix.split("/").slice(0, -1);
  const items = [
    { text: bucket, href: placeOf("/s3/buckets/:bucket", { bucket }) },
    ...parts.map((text, index) => ({
      text,
      href: placeOf(
        "/s3/buckets/:bucket",
        { bucket },
        { prefix: `${parts.slice(0, index + 1).join("/")}/` },
      ),
    })),
  ];
  return <BreadcrumbGroup ariaLabel="Folders" items={items} />;
}

function columnsOf(bucket: string, prefix: string) {
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      cell: ({ key, folder }: Entry) => (
        <PlaceLink
          to={
            folder
              ? placeOf("/s3/buckets/:bucket", { bucket }, { prefix: key })
              : placeOf("/s3/buckets/:bucket/object", { bucket }, { key })
          }
        >
          {key.slice(prefix.length)}
        </PlaceLink>
      ),
    },
    {
      id: "size",
      header: "Size",
      cell: ({ folder, size }: Entry) => (folder ? "Folder" : shownBytes(size)),
    },
    {
      id: "modified",
      header: "Last modified",
      cell: ({ modified }: Entry) => <Moment at={modified} />,
    },
  ];
}

async function listEntries(
  { s3: client }: AwsClients,
  Bucket: string,
  Prefix: string,
): Promise<readonly Entry[]> {
  return allPages(
    paginateListObjectsV2({ client }, { Bucket, Prefix, Delimiter: "/" }),
    ({ CommonPrefixes = [], Contents = [] }) => [
      ...CommonPrefixes.map((common) => ({
        key: common.Prefix ?? "",
        folder: true,
        size: undefined,
        modified: undefined,
      })),
      ...Contents.filter(({ Key }) => Key !== Prefix).map((object) => ({
        key: object.Key ?? "",
        folder: false,
        size: object.Size,
        modified: object.LastModified,
      })),
    ],
  );
}

/** S3 answers 200 to a deletion that was refused for each object: the first refusal is thrown. */
async function deleteObjects(
  { s3 }: AwsClients,
  Bucket: string,
  entries: readonly Entry[],
): Promise<void> {
  const Objects = entries.map(({ key }) => ({ Key: key }));
  const { Errors = [] } = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
  );
  const refused = Errors[0];
  if (!refused) return;
  const error = new Error(`${refused.Key}: ${refused.Message}`);
  error.name = refused.Code ?? "Error";
  throw error;
}
