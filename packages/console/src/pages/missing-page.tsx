import Box from "@cloudscape-design/components/box";
import { Page } from "../shared/page.tsx";
import { PlaceLink } from "../shared/place-link.tsx";

export function MissingPage() {
  return (
    <Page title="There is no such page">
      <Box>
        The address names a page that the console doesn't have.{" "}
        <PlaceLink to="#/">Overview</PlaceLink>
      </Box>
    </Page>
  );
}
