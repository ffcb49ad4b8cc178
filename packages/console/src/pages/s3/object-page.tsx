import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
} from "@aws-sdk/client-s3";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Moment } from "../../shared/moment.tsx";
import { Page } from "../../shared/page.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { shownBytes, shownDate } from "../../shared/shown-values.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { InBucketRegion } from "../../wire/in-bucket-region.tsx";
import { download, type ObjectPlace } from "../../wire/presign.ts";
import { useCall } from "../../wire/use-call.ts";
import { objectRemoval } from "./deletion/object-removal.tsx";
import { DotKeyPage } from "./dot-key-page.tsx";
import { hasDotParts } from "./dot-keys.ts";
import { ObjectLockForm } from "./object-lock-form.tsx";
import { ObjectPreview } from "./object-preview.tsx";
import { ObjectVersions } from "./object-versions.tsx";
import { PresignedLink } from "./presigned-link.tsx";
import { TagSetPanel } from "./tag-set-panel.tsx";

export function ObjectPage({ params, query }: PageProps) {
  const place = { bucket: params.bucket ?? "", key: query.get("key") ?? "" };
  if (hasDotParts(place.key)) return <DotKeyPage place={place} />;
  return (
    <InBucketRegion bucket={place.bucket}>
      <StoredObject place={place} />
    </InBucketRegion>
  );
}

function StoredObject({ place }: { readonly place: ObjectPlace }) {
  const aws = useAws();
  const [locking, setLocking] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const head = useCall(`head of ${place.bucket}/${place.key}`, (clients) =>
    readHead(clients, place),
  );
  return (
    <Page
      title={place.key.split("/").at(-1) ?? place.key}
      description={`s3://${place.bucket}/${place.key}`}
      actions={
        <Actions>
          <PresignedLink place={place} />
          <Button onClick={() => download(aws, place)}>Download</Button>
          <Button disabled={!head.data} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </Actions>
      }
    >
      <CallState what="object" call={head} />
      {head.data && (
        <Facts
          arn={`arn:aws:s3:::${place.bucket}/${place.key}`}
          head={head.data}
          onLock={() => setLocking(true)}
        />
      )}
      {head.data && (
        <ObjectPreview
          place={place}
          contentType={head.data.ContentType ?? ""}
          sizeBytes={head.data.ContentLength ?? 0}
        />
      )}
      {head.data && <TagSetPanel of={place} />}
      {(head.error !== undefined || head.data?.VersionId !== undefined) && (
        <ObjectVersions bucket={place.bucket} prefix={place.key} single onChanged={head.reload} />
      )}
      {locking && head.data?.VersionId !== undefined && (
        <ObjectLockForm
          place={{ ...place, versionId: head.data.VersionId }}
          onClose={() => setLocking(false)}
          onChanged={head.reload}
        />
      )}
      {deleting && (
        <RemoveItems
          removal={objectRemoval(place.bucket)}
          items={[{ key: place.key, folder: false }]}
          plural="objects"
          onClose={() => setDeleting(false)}
          onDone={() => goTo(folderOf(place))}
        />
      )}
    </Page>
  );
}

/** The list that an object is in. */
function folderOf({ bucket, key }: ObjectPlace): string {
  const prefix = key.slice(0, key.lastIndexOf("/") + 1);
  return placeOf("/s3/buckets/:bucket", { bucket }, prefix === "" ? {} : { prefix });
}

/**
 * An answer to HEAD has no body, so no reason: who is refused asks for the first byte to hear it.
 */
async function readHead({ s3 }: AwsClients, { bucket, key }: ObjectPlace) {
  const input = { Bucket: bucket, Key: key };
  try {
    return await s3.send(new HeadObjectCommand(input));
  } catch (error) {
    await s3.send(new GetObjectCommand({ ...input, Range: "bytes=0-0" }));
    throw error;
  }
}

function Facts(props: {
  readonly arn: string;
  readonly head: HeadObjectCommandOutput;
  readonly onLock: () => void;
}) {
  const { arn, head, onLock } = props;
  const metadata = Object.entries(head.Metadata ?? {});
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            // Versions are what is locked.
            head.VersionId !== undefined && <Button onClick={onLock}>Edit Object Lock</Button>
          }
        >
          About
        </Header>
      }
    >
      <KeyValuePairs
        columns={3}
        minColumnWidth={FACT_WIDTH_MIN}
        items={[
          { label: "ARN", value: <CopiedValue label="ARN" value={arn} /> },
          { label: "Size", value: shownBytes(head.ContentLength) },
          { label: "Type", value: head.ContentType ?? "–" },
          { label: "Last modified", value: <Moment at={head.LastModified} /> },
          { label: "ETag", value: head.ETag ?? "–" },
          { label: "Version", value: head.VersionId ?? "Not kept in versions" },
          { label: "Object Lock", value: lockOf(head) },
          { label: "Expires", value: head.Expiration ?? "Never" },
          ...metadata.map(([name, value]) => ({ label: `x-amz-meta-${name}`, value })),
        ]}
      />
    </Container>
  );
}

/** The locks that keep this version from being deleted. */
function lockOf(head: HeadObjectCommandOutput): string {
  const { ObjectLockMode, ObjectLockRetainUntilDate, ObjectLockLegalHoldStatus } = head;
  const locks = [
    ...(ObjectLockMode === undefined
      ? []
      : [`${ObjectLockMode} until ${shownDate(ObjectLockRetainUntilDate)}`]),
    ...(ObjectLockLegalHoldStatus === "ON" ? ["Legal hold"] : []),
  ];
  return locks.join(", ") || "None";
}
