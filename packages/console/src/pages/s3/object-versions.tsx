import { CopyObjectCommand, DeleteObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { Actions } from "../../shared/actions.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownBytes } from "../../shared/shown-values.ts";
import { useAction } from "../../shared/use-action.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { download } from "../../wire/presign.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { usePrefixList } from "../../wire/use-list.ts";
import { VersionConsequences } from "./deletion/version-consequences.tsx";
import { ObjectLockForm } from "./object-lock-form.tsx";
import { versionPages } from "./version-pages.ts";

interface Version {
  readonly key: string;
  readonly versionId: string;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
  readonly sizeBytes: number | undefined;
  readonly modified: Date | undefined;
}

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
  const [locking, setLocking] = useState<Version>();
  const [bypass, setBypass] = useState(false);
  const key = `versions of ${bucket}/${prefix} ${single}`;
  const versions = usePrefixList("versions", key, ({ s3 }, begin) =>
    single ? versionsOf(s3, bucket, prefix) : shownPages(s3, bucket, `${prefix}${begin}`),
  );
  const changed = () => {
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
        removal={{
          one: "version",
          nameOf: ({ key: ofKey, versionId }) => `${versionId} of ${ofKey}`,
          button: "Delete version",
          consequences: (chosen) => (
            <VersionConsequences chosen={chosen} bypass={bypass} onBypass={setBypass} />
          ),
          remove: async ({ s3 }, version) => {
            await deleteVersion(s3, bucket, version, bypass);
            onChanged?.();
          },
        }}
        actions={(all) => {
          const chosen = all.length === 1 ? all[0] : undefined;
          return (
            <Actions>
              <Button
                disabled={!chosen || chosen.latest !== chosen.deleteMarker}
                loading={restore.running}
                onClick={() => chosen && restore.run(chosen)}
              >
                {chosen?.deleteMarker ? "Undo deletion" : "Restore version"}
              </Button>
              <Button
                disabled={!chosen || chosen.deleteMarker}
                onClick={() => chosen && download(aws, { bucket, ...chosen })}
              >
                Download version
              </Button>
              <Button disabled={!chosen || chosen.deleteMarker} onClick={() => setLocking(chosen)}>
                Object Lock
              </Button>
            </Actions>
          );
        }}
        empty="No versions."
        columns={[
          ...(single
            ? []
            : [{ ...NAME, value: ({ key: of }: Version) => of.slice(prefix.length) }]),
          ...COLUMNS,
        ]}
      />
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
    value: ({ versionId }: Version) => versionId,
    cell: ({ versionId, latest }: Version) => (
      <>
        {versionId} {latest && <Badge color="blue">Latest</Badge>}
      </>
    ),
  },
  {
    id: "size",
    header: "Size",
    value: ({ sizeBytes }: Version) => sizeBytes,
    cell: ({ deleteMarker, sizeBytes }: Version) =>
      deleteMarker ? "Delete marker" : shownBytes(sizeBytes),
  },
  { id: "modified", header: "Last modified", value: ({ modified }: Version) => modified },
];

/**
 * Makes an earlier version the latest by a copy; a delete marker hides what is there until it is
 * gone.
 */
async function restoreVersion(s3: S3Client, Bucket: string, version: Version): Promise<void> {
  const { key: Key, versionId: VersionId, deleteMarker } = version;
  if (deleteMarker) {
    await deleteVersion(s3, Bucket, version, false);
    return;
  }
  const path = Key.split("/").map(encodeURIComponent).join("/");
  const CopySource = `${Bucket}/${path}?versionId=${VersionId}`;
  await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
}

async function deleteVersion(
  s3: S3Client,
  Bucket: string,
  { key: Key, versionId: VersionId }: Version,
  bypass: boolean,
): Promise<void> {
  const BypassGovernanceRetention = bypass ? { BypassGovernanceRetention: true } : {};
  const which = { Bucket, Key, VersionId };
  await s3.send(new DeleteObjectCommand({ ...which, ...BypassGovernanceRetention }));
}

/** The versions of one object: of all keys that begin like it, it is the first. */
async function* versionsOf(s3: S3Client, bucket: string, ofKey: string) {
  for await (const page of shownPages(s3, bucket, ofKey)) {
    yield page.filter(({ key }) => key === ofKey);
    if (page.some(({ key }) => key !== ofKey)) return;
  }
}

function shownPages(
  s3: S3Client,
  Bucket: string,
  Prefix: string,
): AsyncIterable<readonly Version[]> {
  return pagesOf(versionPages(s3, { Bucket, Prefix }), ({ Versions = [], DeleteMarkers = [] }) =>
    [
      ...Versions.map((version) => shownVersion(version, false)),
      ...DeleteMarkers.map((marker) => shownVersion({ ...marker, Size: undefined }, true)),
    ].sort(latestFirst),
  );
}

/** Keys in S3's order, and of each the latest version first. */
function latestFirst(one: Version, other: Version): number {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  return (
    Number(other.latest) - Number(one.latest) ||
    (other.modified?.getTime() ?? 0) - (one.modified?.getTime() ?? 0)
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
