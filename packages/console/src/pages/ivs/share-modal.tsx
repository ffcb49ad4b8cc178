import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Link from "@cloudscape-design/components/link";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { OwnMachineNote } from "../../shared/own-machine-note.tsx";
import { QrCode } from "../../shared/qr-code.tsx";
import { embedSnippet, watchAddress } from "./watch-link.ts";

/** A channel's watch page with its QR code, and HTML that plays it on a page of one's own. */
export function ShareModal(props: {
  readonly name: string;
  readonly playbackUrl: string;
  readonly token: string;
  readonly onClose: () => void;
}) {
  const { name, playbackUrl, token, onClose } = props;
  const { origin } = window.location;
  const address = watchAddress(origin, playbackUrl, token);
  const snippet = embedSnippet(token === "" ? playbackUrl : `${playbackUrl}?token=${token}`);
  return (
    <Modal
      visible
      size="large"
      header={`Show ${name || "the channel"} to others`}
      onDismiss={onClose}
    >
      <SpaceBetween size="m">
        <FormField
          label="Watch page"
          description="Whoever has the address watches, without signing in."
        >
          <SpaceBetween size="xs">
            <CopiedValue label="watch page" value={address} />
            <Link href={address} external externalIconAriaLabel="Opens in a new tab">
              Open the watch page
            </Link>
          </SpaceBetween>
        </FormField>
        <OwnMachineNote />
        <QrCode text={address} label="QR code of the watch page" />
        <FormField label="Embed in a page" stretch>
          <SpaceBetween size="xs">
            <pre className="document">{snippet}</pre>
            <CopyToClipboard
              copyButtonText="Copy"
              copyButtonAriaLabel="Copy the snippet"
              copySuccessText="Copied"
              copyErrorText="The browser refused"
              textToCopy={snippet}
            />
          </SpaceBetween>
        </FormField>
        <Box color="text-body-secondary" fontSize="body-s">
          The playback URL plays in Amazon's IVS players too.
        </Box>
      </SpaceBetween>
    </Modal>
  );
}
