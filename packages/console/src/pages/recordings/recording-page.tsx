import { type _Object, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { goTo } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { CallState } from "../../shared/call-state.tsx";
import { FACT_WIDTH_MIN } from "../../shared/fact-width.ts";
import { Page } from "../../shared/page.tsx";
import { ResourceTable } from "../../shared/resource-table.tsx";
import { shownBytes, shownDate } from "../../shared/shown-values.ts";
import { useAws } from "../../wire/aws-context.tsx";
import { InBucketRegion } from "../../wire/in-bucket-region.tsx";
import { download } from "../../wire/presign.ts";
import { pagesOf } from "../../wire/read-pages.ts";
import { useCall } from "../../wire/use-call.ts";
import { useList } from "../../wire/use-list.ts";
import { RecordingActions } from "./recording-actions.tsx";
import {
  type RecordingDocument,
  readRecordingDocument,
  startedEntry,
} from "./recording-documents.ts";
import { recordingOf } from "./recording-index.ts";
import { RecordingPlayer } from "./recording-player.tsx";
import { RecordingStatus, recordingLength } from "./recording-status.tsx";

const POLL_MS = 5_000;

/** One recording: watched, saved, and what its JSON says. */
export function RecordingPage({ params, query }: PageProps) {
  const bucket = params.bucket ?? "";
  return (
    <InBucketRegion bucket={bucket}>
      <Recording bucket={bucket} prefix={query.get("prefix") ?? ""} />
    </InBucketRegion>
  );
}

function Recording({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) {
  const place = recordingOf(bucket, prefix);
  const read = useCall(
    `recording ${bucket} ${prefix}`,
    (aws) => readRecordingDocument(aws, bucket, prefix),
    { everyMs: POLL_MS },
  );
  const entry = place && startedEntry(place, read.data);
  const title = `Recording of ${shownDate(entry?.startedAt)}`;
  const document = read.data;
  return (
    <Page
      title={title}
      description={`s3://${bucket}/${prefix}`}
      actions={
        entry && (
          <RecordingActions
            entry={entry}
            document={document}
            onRemoved={() => goTo("#/ivs/recordings")}
          />
        )
      }
    >
      <CallState what="recording" call={read} />
      {document && (
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Watch</Header>}>
            <Film bucket={bucket} prefix={prefix} document={document} label={title} />
          </Container>
          <Facts document={document} />
        </SpaceBetween>
      )}
      <Files bucket={bucket} prefix={prefix} status={document?.status} />
    </Page>
  );
}

function Film(props: {
  readonly bucket: string;
  readonly prefix: string;
  readonly document: RecordingDocument;
  readonly label: string;
}) {
  const { bucket, prefix, document, label } = props;
  const { status, playlist } = document;
  if (status === "RECORDING_STARTED")
    return <Box>The recording is still being written: it can be watched when it has ended.</Box>;
  if (playlist === undefined) return <Box>Nothing but thumbnails was recorded.</Box>;
  return <RecordingPlayer bucket={bucket} playlistKey={`${prefix}${playlist}`} label={label} />;
}

function Facts({ document }: { readonly document: RecordingDocument }) {
  return (
    <Container header={<Header variant="h2">About</Header>}>
      <KeyValuePairs
        columns={3}
        minColumnWidth={FACT_WIDTH_MIN}
        items={[
          { label: "State", value: <RecordingStatus document={document} /> },
          {
            label: "Duration",
            value: recordingLength(document),
          },
          { label: "Started", value: document.startedAt ?? "–" },
          { label: "Ended", value: document.endedAt ?? "–" },
          { label: "Renditions", value: document.renditions.join(", ") || "–" },
        ]}
      />
      <ExpandableSection headerText="The JSON that IVS wrote">
        <pre className="document">{document.text}</pre>
      </ExpandableSection>
    </Container>
  );
}

interface FilesProps {
  readonly bucket: string;
  readonly prefix: string;
  /** The recording's: with another one there are other files. */
  readonly status: string | undefined;
}

function Files({ bucket, prefix, status }: FilesProps) {
  const aws = useAws();
  const files = useList(`files of ${bucket} ${prefix}, ${status}`, ({ s3: client }) =>
    pagesOf(
      paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }),
      (page) => page.Contents,
    ),
  );
  return (
    <ResourceTable
      plural="files"
      call={files}
      idOf={({ Key }) => Key ?? ""}
      empty="No files."
      columns={[
        {
          id: "name",
          header: "Name",
          isRowHeader: true,
          value: ({ Key }: _Object) => Key?.slice(prefix.length),
        },
        {
          id: "size",
          header: "Size",
          value: ({ Size }: _Object) => Size,
          cell: ({ Size }: _Object) => shownBytes(Size),
        },
        {
          id: "download",
          header: "Download",
          control: ({ Key = "" }: _Object) => (
            <Button
              variant="inline-link"
              ariaLabel={`Download ${Key.slice(prefix.length)}`}
              onClick={() => download(aws, { bucket, key: Key })}
            >
              Download
            </Button>
          ),
        },
      ]}
    />
  );
}
