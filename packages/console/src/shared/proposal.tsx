import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { CodedText } from "./coded-text.tsx";

/** A statement that would allow what was denied, to copy, and where it belongs. */
export function Proposal({ sentence, text }: { readonly sentence: string; readonly text: string }) {
  return (
    <>
      <CodedText>{sentence}</CodedText>{" "}
      <CopyToClipboard
        variant="icon"
        textToCopy={text}
        copyButtonAriaLabel="Copy the statement"
        copySuccessText="Copied"
        copyErrorText="The browser refused"
      />
      <pre className="document">{text}</pre>
    </>
  );
}
