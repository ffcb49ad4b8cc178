import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { CopiedValue } from "./copied-value.tsx";

/** A value that nobody should read over a shoulder: shown when somebody asks for it. */
export function HiddenValue({ value, label }: { readonly value: string; readonly label: string }) {
  const [shown, setShown] = useState(false);
  return shown ? (
    <CopiedValue value={value} label={label} />
  ) : (
    <Button formAction="none" ariaLabel={`Show ${label}`} onClick={() => setShown(true)}>
      Show
    </Button>
  );
}
