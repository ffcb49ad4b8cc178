import { GetObjectCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { placeOf } from "../../routing/hash-route.ts";
import { CallFailure } from "../../shared/call-failure.tsx";
import { PlaceLink } from "../../shared/place-link.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import type { AwsClients } from "../../wire/aws-clients.ts";
import { type ObjectPlace, presignedUrl, WATCHING_SECONDS } from "../../wire/presign.ts";
import { useCall } from "../../wire/use-call.ts";
import { recordingOf } from "../recordings/recording-index.ts";
import { contentKind, SNIFFED_BYTES } from "./content-kind.ts";

/** More text than this isn't read, but downloaded. */
const TEXT_BYTES_MAX = 256 * 1024;

/**
 * Pictures, films and texts, by what they contain. Never a page of its own: HTML and SVG would run
 * scripts where the key of who is signed in is.
 */
export function ObjectPreview(props: {
  readonly place: ObjectPlace;
  readonly contentType: string;
  readonly sizeBytes: number;
}) {
  const { place, contentType, sizeBytes } = props;
  const found = useCall(`content of ${place.bucket}/${place.key} ${sizeBytes}`, async (aws) =>
    contentKind(await firstBytes(aws, place, SNIFFED_BYTES, sizeBytes), contentType),
  );
  return (
    <Container header={<Header variant="h2">Preview</Header>}>
      {found.error !== undefined && (
        <CallFailure
          title="The preview can't be shown"
          error={found.error}
          onRetry={found.reload}
        />
      )}
      {found.error === undefined && found.data === undefined && <Spinner />}
      {found.data && <Preview place={place} sizeBytes={sizeBytes} {...found.data} />}
    </Container>
  );
}

function Preview(props: {
  readonly place: ObjectPlace;
  readonly sizeBytes: number;
  readonly kind: ReturnType<typeof contentKind>["kind"];
  readonly type: string;
}) {
  const { place, sizeBytes, kind, type } = props;
  switch (kind) {
    case "image":
    case "video":
    case "audio":
      return <Media place={place} type={type} />;
    case "text":
      return <Text place={place} sizeBytes={sizeBytes} />;
    case "transport-stream":
      return <TransportStream place={place} />;
    case "unknown":
      return <Box>No preview of this content. Download it to look at it.</Box>;
  }
}

function Media({ place, type }: { readonly place: ObjectPlace; readonly type: string }) {
  const url = useCall(`preview of ${place.bucket}/${place.key}`, (aws) =>
    presignedUrl(aws, place, WATCHING_SECONDS, { type }),
  );
  if (url.error !== undefined) {
    return <CallFailure title="The preview can't be shown" error={url.error} />;
  }
  if (url.data === undefined) return <Spinner />;
  if (type.startsWith("image/")) {
    return <img className="thumbnail" src={url.data} alt={place.key} />;
  }
  return (
    <video className="player" src={url.data} aria-label={place.key} controls muted playsInline />
  );
}

function Text({ place, sizeBytes }: { readonly place: ObjectPlace; readonly sizeBytes: number }) {
  const text = useCall(`text of ${place.bucket}/${place.key} ${sizeBytes}`, async (aws) =>
    new TextDecoder().decode(await firstBytes(aws, place, TEXT_BYTES_MAX, sizeBytes)),
  );
  if (text.error !== undefined) {
    return <CallFailure title="The text can't be shown" error={text.error} onRetry={text.reload} />;
  }
  if (text.data === undefined) return <Spinner />;
  return (
    <SpaceBetween size="xs">
      {sizeBytes > TEXT_BYTES_MAX && <Box>Its beginning; download it for the rest.</Box>}
      <pre className="document">{pretty(text.data)}</pre>
    </SpaceBetween>
  );
}

/** Browsers play no transport streams by themselves; a recording's page does. */
function TransportStream({ place }: { readonly place: ObjectPlace }) {
  const { bucket, key } = place;
  const recording = recordingOf(bucket, key);
  if (!recording) return <Box>An MPEG transport stream, which browsers don't play.</Box>;
  const { prefix } = recording;
  return (
    <Box>
      A part of a recording:{" "}
      <PlaceLink to={placeOf("/ivs/recordings/:bucket", { bucket }, { prefix })}>
        watch all of it
      </PlaceLink>
      .
    </Box>
  );
}

/** The beginning of an object. An empty one has no range. */
async function firstBytes(
  { s3 }: AwsClients,
  { bucket, key }: ObjectPlace,
  max: number,
  sizeBytes: number,
): Promise<Uint8Array> {
  const range = sizeBytes > max ? { Range: `bytes=0-${max - 1}` } : {};
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...range }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}
