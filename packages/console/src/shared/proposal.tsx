import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import { CodedText } from "./coded-text.tsx";

/** A statement that would allow what was denied, to copy, and where it belongs. */
export function Proposal(props: {
  readonly sentence: string;
  readonly text: string;
  /** Shows a button that copies it, which can't be seen on a dark ground. */
  readonly copies?: boolean;
}) {
  const { sentence, text, copies = true } = props;
  return (
    <>
      <CodedText>{sentence}</CodedText>{" "}
      {copies && (
        <CopyToClipboard
          variant="icon"
          textToCopy={text}
          copyButtonAriaLabel="Copy the statement"
          copySuccessText="Copied"
          copyErrorText="The browser refused"
        />
      )}
      <pre className="document">{text}</pre>
    </>
  );
}
