import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { placeOf } from "../../routing/hash-route.ts";
import { PlaceLink } from "../../shared/place-link.tsx";
import { shownDate } from "../../shared/shown-values.ts";
import type { RecordingEntry } from "../recordings/recording-index.ts";
import { type RecordedSource, recordedName } from "../recordings/recording-source.ts";
import { Thumbnail } from "../recordings/thumbnail.tsx";

/** The latest recordings of the Region's buckets. */
export function LatestRecordings(props: {
  readonly recordings: readonly RecordingEntry[];
  /** All channels and stages, once they are known. */
  readonly sources: readonly RecordedSource[] | undefined;
}) {
  const { recordings, sources } = props;
  return (
    <Container
      header={
        <Header variant="h2" actions={<PlaceLink to="#/ivs/recordings">All</PlaceLink>}>
          Last recordings
        </Header>
      }
    >
      <div className="tiles">
        {recordings.map((entry) => (
          <div key={entry.prefix} className="tile">
            <Thumbnail entry={entry} />
            <Box fontWeight="bold">
              <PlaceLink
                to={placeOf(
                  "/ivs/recordings/:bucket",
                  { bucket: entry.bucket },
                  { prefix: entry.prefix },
                )}
              >
                {shownDate(entry.startedAt)}
              </PlaceLink>
            </Box>
            <Box>{recordedName(entry, sources)}</Box>
          </div>
        ))}
      </div>
    </Container>
  );
}
