import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { Page } from "../../shared/page.tsx";
import type { ObjectPlace } from "../../wire/presign.ts";
import { getObjectLine } from "./dot-keys.ts";

/** Explains why a browser can't reach an object, and says what can. */
export function DotKeyPage({ place: { bucket, key } }: { readonly place: ObjectPlace }) {
  return (
    <Page title={key} description={`s3://${bucket}/${key}`}>
      <Alert type="info" header="Browsers can't ask for this object">
        <SpaceBetween size="xs">
          <Box>
            Its key has a part “.” or “..”. S3 takes such keys as they are, but browsers take these
            parts out of every address: they would ask for another object. It can be deleted in its
            bucket's list, and read with the AWS CLI:
          </Box>
          <CopiedValue label="line" value={getObjectLine(bucket, key, window.location.origin)} />
        </SpaceBetween>
      </Alert>
    </Page>
  );
}
