import {
  CopyObjectCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type S3Client,
} from "@aws-sdk/client-s3";
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { Moment } from "../../shared/moment.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownBytes } from "../../shared/shown-values.ts";
import { useAction } from "../../shared/use-action.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { download } from "../../wire/presign.ts";
import { useCall } from "../../wire/use-call.ts";
import { DeleteVersion } from "./delete-version.tsx";
import { ObjectLockForm } from "./object-lock-form.tsx";

interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
  readonly sizeBytes: number | undefined;
  readonly modified: Date | undefined;
}

/** Lists longer than this are cut: they can't be read anyway. */
const VERSIONS_MAX = 2_000;

/** Every version of one object, or of all below a prefix, the latest of each first. */
export function ObjectVersions(props: {
  readonly bucket: string;
  readonly prefix: string;
  /** Only of the object that has the prefix as its key. */
  readonly single?: boolean;
  readonly onChanged?: () => void;
}) {
  const { bucket, prefix, single = false, onChanged } = props;
  const aws = useAws();
  const [selected, setSelected] = useState<readonly Version[]>([]);
  const [deleting, setDeleting] = useState<Version>();
  const [locking, setLocking] = useState<Version>();
  const versions = useCall(`versions of ${bucket}/${prefix} ${single}`, async (clients) => {
    const found = await listVersions(clients, bucket, prefix);
    return single ? found.filter(({ key }) => key === prefix) : found;
  });
  const chosen = selected[0];
  const changed = () => {
    setSelected([]);
    versions.reload();
    onChanged?.();
  };
  const restore = useAction("The version wasn't restored", async ({ s3 }, version: Version) => {
    await restoreVersion(s3, bucket, version);
    changed();
    return version.deleteMarker
      ? `${version.key} is there again.`
      : `A copy of version ${version.versionId} is the latest of ${version.key} now.`;
  });
  return (
    <>
      <ResourceTable
        plural="versions"
        call={versions}
        idOf={({ key, versionId }) => `${key} ${versionId}`}
        selected={selected}
        onSelect={setSelected}
        actions={
          <Actions>
            <Button
              disabled={!chosen || chosen.latest !== chosen.deleteMarker}
              loading={restore.running}
              onClick={() => chosen && void restore.run(chosen)}
            >
              {chosen?.deleteMarker ? "Undo deletion" : "Restore version"}
            </Button>
            <Button
              disabled={!chosen || chosen.deleteMarker}
              onClick={() => chosen && void download(aws, { bucket, ...chosen })}
            >
              Download version
            </Button>
            <Button disabled={!chosen || chosen.deleteMarker} onClick={() => setLocking(chosen)}>
              Object Lock
            </Button>
            <Button disabled={!chosen} onClick={() => setDeleting(chosen)}>
              Delete version
            </Button>
          </Actions>
        }
        empty="No versions."
        columns={[
          ...(single ? [] : [{ ...NAME, cell: ({ key }: Version) => key.slice(prefix.length) }]),
          ...COLUMNS,
        ]}
      />
      {deleting && (
        <DeleteVersion
          bucket={bucket}
          version={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={changed}
        />
      )}
      {locking && (
        <ObjectLockForm
          place={{ bucket, key: locking.key, versionId: locking.versionId }}
          onClose={() => setLocking(undefined)}
          onChanged={changed}
        />
      )}
    </>
  );
}

const NAME = { id: "name", header: "Name", isRowHeader: true };
const COLUMNS = [
  {
    id: "version",
    header: "Version ID",
    cell: ({ versionId, latest }: Version) => (
      <>
        {versionId} {latest && <Badge color="blue">Latest</Badge>}
      </>
    ),
  },
  {
    id: "size",
    header: "Size",
    cell: ({ deleteMarker, sizeBytes }: Version) =>
      deleteMarker ? "Delete marker" : shownBytes(sizeBytes),
  },
  {
    id: "modified",
    header: "Last modified",
    cell: ({ modified }: Version) => <Moment at={modified} />,
  },
];

/**
 * Makes an earlier version the latest by a copy; a delete marker hides what is there until it is
 * gone.
 */
async function restoreVersion(s3: S3Client, Bucket: string, version: Version): Promise<void> {
  const { key: Key, versionId: VersionId, deleteMarker } = version;
  if (deleteMarker) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    return;
  }
  const path = Key.split("/").map(encodeURIComponent).join("/");
  const CopySource = `${Bucket}/${path}?versionId=${VersionId}`;
  await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
}

async function listVersions(
  { s3 }: AwsClients,
  Bucket: string,
  Prefix: string,
): Promise<readonly Version[]> {
  const found: Version[] = [];
  let next: Pick<ListObjectVersionsCommandInput, "KeyMarker" | "VersionIdMarker"> = {};
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...next }));
    const markers = (page.DeleteMarkers ?? []).map((marker) => ({ ...marker, Size: undefined }));
    found.push(
      ...(page.Versions ?? []).map((version) => shownVersion(version, false)),
      ...markers.map((marker) => shownVersion(marker, true)),
    );
    if (page.IsTruncated !== true || found.length >= VERSIONS_MAX) break;
    next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
  return found.sort(
    (one, other) =>
      one.key.localeCompare(other.key) ||
      Number(other.latest) - Number(one.latest) ||
      (other.modified?.getTime() ?? 0) - (one.modified?.getTime() ?? 0),
  );
}

function shownVersion(
  version: {
    readonly Key?: string | undefined;
    readonly VersionId?: string | undefined;
    readonly IsLatest?: boolean | undefined;
    readonly Size?: number | undefined;
    readonly LastModified?: Date | undefined;
  },
  deleteMarker: boolean,
): Version {
  return {
    key: version.Key ?? "",
    versionId: version.VersionId ?? "null",
    latest: version.IsLatest === true,
    deleteMarker,
    sizeBytes: version.Size,
    modified: version.LastModified,
  };
}
