import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

/** The messages of Chromium, Firefox and Safari for a script that couldn't be loaded. */
const NOT_LOADED = /dynamically imported module|Importing a module script failed/;

/**
 * A page that breaks by a fault of ours says so, and leaves the rest of the console standing.
 * `onLeave` runs when it goes, before the effects of the page that comes.
 */
export class PageBoundary extends Component<
  { readonly children: ReactNode; readonly onLeave?: () => void },
  { readonly error: unknown }
> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentWillUnmount(): void {
    this.props.onLeave?.();
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    if (NOT_LOADED.test(String(error))) return <NotLoaded />;
    return (
      <Alert type="error" header="This page broke by a fault of Rolecast">
        {String(error)}
      </Alert>
    );
  }
}

/** A script that failed to load isn't asked for again before the browser loads the console anew. */
function NotLoaded() {
  return (
    <Alert
      type="error"
      header="This page couldn't be loaded"
      action={
        <Button formAction="none" onClick={() => window.location.reload()}>
          Load again
        </Button>
      }
    >
      Nothing answers at {window.location.origin}, or the server was updated since the console was
      opened. Start the server if it was stopped, then load the console again.
    </Alert>
  );
}
