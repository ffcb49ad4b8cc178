import { GetObjectCommand } from "@aws-sdk/client-s3";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Spinner from "@cloudscape-design/components/spinner";
import { CallFailure } from "../../shared/call-failure.tsx";
import { pretty } from "../../shared/pretty-json.ts";
import { type ObjectPlace, presignedUrl, WATCHING_SECONDS } from "../../wire/presign.ts";
import { useCall } from "../../wire/use-call.ts";

/** More text than this isn't read, but downloaded. */
const TEXT_BYTES_MAX = 256 * 1024;
const TEXT = /^(?:text\/|application\/(?:json|xml|x-mpegurl|vnd\.apple\.mpegurl))/i;

/**
 * Pictures, films and texts. Never a page of its own: HTML and SVG would run scripts where the
 * key of who is signed in is.
 */
export function ObjectPreview(props: {
  readonly place: ObjectPlace;
  readonly contentType: string;
  readonly sizeBytes: number;
}) {
  const { place, contentType, sizeBytes } = props;
  return (
    <Container header={<Header variant="h2">Preview</Header>}>
      {/^(?:image|video|audio)\//.test(contentType) ? (
        <Media place={place} contentType={contentType} />
      ) : TEXT.test(contentType) && sizeBytes <= TEXT_BYTES_MAX ? (
        <Text place={place} />
      ) : (
        <Box>No preview of this type. Download it to look at it.</Box>
      )}
    </Container>
  );
}

function Media({ place, contentType }: { place: ObjectPlace; contentType: string }) {
  const url = useCall(`preview of ${place.bucket}/${place.key}`, (aws) =>
    presignedUrl(aws, place, WATCHING_SECONDS),
  );
  if (url.error !== undefined) {
    return <CallFailure title="The preview can't be shown" error={url.error} />;
  }
  if (url.data === undefined) return <Spinner />;
  if (contentType.startsWith("image/")) {
    return <img className="thumbnail" src={url.data} alt={place.key} />;
  }
  return (
    <video className="player" src={url.data} aria-label={place.key} controls muted playsInline />
  );
}

function Text({ place }: { readonly place: ObjectPlace }) {
  const text = useCall(`text of ${place.bucket}/${place.key}`, async ({ s3 }) => {
    const input = { Bucket: place.bucket, Key: place.key };
    const { Body } = await s3.send(new GetObjectCommand(input));
    return (await Body?.transformToString()) ?? "";
  });
  if (text.error !== undefined) {
    return <CallFailure title="The text can't be shown" error={text.error} onRetry={text.reload} />;
  }
  if (text.data === undefined) return <Spinner />;
  return <pre className="document">{pretty(text.data)}</pre>;
}
