import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

/** A value with a button that copies it: an ARN, a URL. */
export function CopiedValue({ value, label }: { readonly value: string; readonly label: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={value}
      textToDisplay={value}
      copyButtonAriaLabel={`Copy ${label}`}
      copySuccessText="Copied"
      copyErrorText="The browser refused"
    />
  );
}
