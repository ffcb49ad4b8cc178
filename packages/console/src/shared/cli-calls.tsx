import Button from "@cloudscape-design/components/button";
import { lazy, Suspense, useState } from "react";

/** Loaded when somebody asks for it. */
const CliCallsModal = lazy(async () => ({
  default: (await import("./cli-calls-modal.tsx")).CliCallsModal,
}));

/** "Copy as AWS CLI": the calls of this page, the latest first. */
export function CliCalls() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        iconName="script"
        variant="normal"
        ariaLabel="Copy as AWS CLI"
        onClick={() => setOpen(true)}
      >
        <span className="not-on-phone">Copy as AWS CLI</span>
      </Button>
      <Suspense fallback={null}>
        {open && <CliCallsModal onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  );
}
