import { type ReactNode, useEffect, useRef } from "react";

/**
 * Fields that Enter sends, as their button does: one inside that isn't `formAction="none"`, or one
 * elsewhere that names the form by `id`. The browser does nothing while that button is disabled.
 */
export function EnterForm(props: {
  readonly id?: string;
  readonly onSubmit: () => void;
  /** Its first field is typed into as soon as the form is there. */
  readonly takesFocus?: boolean;
  readonly children: ReactNode;
}) {
  const { id, onSubmit, takesFocus = false, children } = props;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    const field = form.current?.querySelector<HTMLElement>("input, textarea");
    // After the dialog around it, which remembers first whom to give the focus back to.
    queueMicrotask(() => field?.focus());
  }, [takesFocus]);
  return (
    <form
      id={id}
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        // A dialog is inside its page for React, though not for the browser.
        event.stopPropagation();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
