import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { OwnMachineNote } from "../../shared/own-machine-note.tsx";
import { QrCode } from "../../shared/qr-code.tsx";
import { embedSnippet } from "./watch-link.ts";

/** A watch page's address that was made. */
export interface ViewerLink {
  readonly address: string;
  /** The playback token in it; empty for a public channel. */
  readonly token: string;
  readonly isCopied: boolean;
}

/** A QR code's most bytes: addresses with a temporary key's token may be longer. */
const QR_BYTES_MAX = 2_331;

/** A watch page's address with its QR code, and HTML that plays it on a page of one's own. */
export function MadeLink(props: {
  readonly link: ViewerLink;
  readonly playbackUrl: string;
  readonly lasts: string;
  readonly hasChat: boolean;
}) {
  const { link, playbackUrl, lasts, hasChat } = props;
  const { address, token, isCopied } = link;
  const snippet = embedSnippet(token === "" ? playbackUrl : `${playbackUrl}?token=${token}`);
  return (
    <SpaceBetween size="m">
      <FormField
        label="Watch page"
        description={
          <>
            Whoever has the address watches, without signing in
            {token !== "" && `; it must be opened within ${lasts}`}. For 12 hours the page{" "}
            {hasChat ? "counts viewers and enters the chat" : "counts viewers"} with your
            permissions, and nothing else.
          </>
        }
        stretch
      >
        <SpaceBetween size="xs">
          {isCopied && <StatusIndicator>The link is copied</StatusIndicator>}
          <span className="document">
            <CopiedValue label="watch page" value={address} />
          </span>
          <Link href={address} external externalIconAriaLabel="Opens in a new tab">
            Open the watch page
          </Link>
        </SpaceBetween>
      </FormField>
      <OwnMachineNote />
      {new TextEncoder().encode(address).length <= QR_BYTES_MAX && (
        <QrCode text={address} label="QR code of the watch page" />
      )}
      <ExpandableSection headerText="Embed in a page of your own">
        <SpaceBetween size="xs">
          <pre className="document">{snippet}</pre>
          <CopyToClipboard
            copyButtonText="Copy"
            copyButtonAriaLabel="Copy the snippet"
            copySuccessText="Copied"
            copyErrorText="The browser refused"
            textToCopy={snippet}
          />
          <Box color="text-body-secondary" fontSize="body-s">
            The playback URL plays in Amazon's IVS players too.
          </Box>
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
}
