import Box from "@cloudscape-design/components/box";
import { presignedUrl, WATCHING_SECONDS } from "../../wire/presign.ts";
import { useCall } from "../../wire/use-call.ts";
import { firstThumbnail, type RecordingEntry } from "./recording-index.ts";

/** A recording's first picture, where its configuration has pictures taken. */
export function Thumbnail({ entry }: { readonly entry: RecordingEntry }) {
  const found = useCall(`thumbnail of ${entry.prefix}`, async (aws) => {
    const key = await firstThumbnail(aws, entry);
    if (key === undefined) return undefined;
    return presignedUrl(aws, { bucket: entry.bucket, key }, WATCHING_SECONDS);
  });
  if (found.data === undefined) {
    return <Box color="text-body-secondary">No thumbnail</Box>;
  }
  return <img className="thumbnail" src={found.data} alt={`Recording ${entry.id}`} />;
}
