import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Link from "@cloudscape-design/components/link";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { encode } from "uqr";
import { isLoopbackHost } from "../../session/signed-in.ts";
import { CopiedValue } from "../../shared/copied-value.tsx";
import { embedSnippet, watchAddress } from "./watch-link.ts";

/** A channel's watch page with its QR code, and HTML that plays it on a page of one's own. */
export function ShareModal(props: {
  readonly name: string;
  readonly playbackUrl: string;
  readonly token: string;
  readonly onClose: () => void;
}) {
  const { name, playbackUrl, token, onClose } = props;
  const { origin, hostname } = window.location;
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
        {isLoopbackHost(hostname) && (
          <Alert type="info">
            This address works on this machine only. For a telephone start the server with --host
            0.0.0.0 and open the console by the machine's own address.
          </Alert>
        )}
        <QrCode text={address} />
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

/** Dark modules on white in both modes: readers want it so. */
function QrCode({ text }: { readonly text: string }) {
  const { data, size } = encode(text, { border: 2 });
  const modules = data.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : [])),
  );
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code of the watch page"
    >
      <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
      <path fill="#000" d={modules.join("")} />
    </svg>
  );
}
