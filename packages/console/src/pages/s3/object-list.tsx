import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useAddressState } from "../../routing/address-state.ts";
import { placeOf } from "../../routing/hash-route.ts";
import { Actions } from "../../shared/actions.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { useNotices } from "../../shared/notices.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownBytes } from "../../shared/shown-values.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { download } from "../../wire/presign.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { usePrefixList } from "../../wire/use-list.ts";
import { objectRemoval } from "./deletion/object-removal.tsx";
import { DropZone } from "./drop-zone.tsx";
import { ObjectVersions } from "./object-versions.tsx";
import type { PickedFile } from "./picked-files.ts";
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
  const [uploading, setUploading] = useState<readonly PickedFile[]>();
  const { failed } = useNotices();
  const [versions, showVersions] = useAddressState("versions");
  const entries = usePrefixList("objects", `objects of ${bucket}/${prefix}`, (clients, begin) =>
    entryPages(clients, bucket, prefix, begin),
  );
  const upload = (
    <Button variant="primary" onClick={() => setUploading([])}>
      Upload
    </Button>
  );
  return (
    <SpaceBetween size="s">
      {prefix !== "" && <Folders bucket={bucket} prefix={prefix} />}
      <Toggle
        checked={versions !== ""}
        onChange={({ detail }) => showVersions(detail.checked ? "shown" : "")}
      >
        Show versions
      </Toggle>
      {versions !== "" ? (
        <ObjectVersions bucket={bucket} prefix={prefix} onChanged={entries.reload} />
      ) : (
        <DropZone
          onFiles={setUploading}
          onFailed={(error) => failed("The files can't be read", error)}
        >
          <ResourceTable
            plural="objects"
            call={entries}
            idOf={({ key }) => key}
            removal={objectRemoval(bucket)}
            actions={(chosen) => (
              <Actions>
                <Button
                  disabled={chosen.length !== 1 || chosen[0]?.folder === true}
                  onClick={() => download(aws, { bucket, key: chosen[0]?.key ?? "" })}
                >
                  Download
                </Button>
                {upload}
              </Actions>
            )}
            empty={
              <SpaceBetween size="xs" alignItems="center">
                <b>No objects</b>
                <Box>Drop files or folders here; IVS puts recordings below ivs/v1/.</Box>
                {upload}
              </SpaceBetween>
            }
            columns={columnsOf(bucket, prefix)}
          />
        </DropZone>
      )}
      {uploading && (
        <UploadForm
          bucket={bucket}
          prefix={prefix}
          dropped={uploading}
          onClose={() => setUploading(undefined)}
          onUploaded={entries.reload}
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

function columnsOf(bucket: string, prefix: string): readonly Column<Entry>[] {
  return [
    {
      id: "name",
      header: "Name",
      isRowHeader: true,
      value: ({ key }) => key.slice(prefix.length),
      cell: ({ key, folder }) => (
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
      value: ({ size }) => size,
      cell: ({ folder, size }) => (folder ? "Folder" : shownBytes(size)),
    },
    { id: "modified", header: "Last modified", value: ({ modified }) => modified },
  ];
}

function entryPages(
  { s3: client }: AwsClients,
  Bucket: string,
  folder: string,
  begin: string,
): AsyncIterable<readonly Entry[]> {
  return pagesOf(
    paginateListObjectsV2({ client }, { Bucket, Prefix: `${folder}${begin}`, Delimiter: "/" }),
    ({ CommonPrefixes = [], Contents = [] }) => [
      ...CommonPrefixes.map((common) => ({
        key: common.Prefix ?? "",
        folder: true,
        size: undefined,
        modified: undefined,
      })),
      ...Contents.filter(({ Key }) => Key !== folder).map((object) => ({
        key: object.Key ?? "",
        folder: false,
        size: object.Size,
        modified: object.LastModified,
      })),
    ],
  );
}
