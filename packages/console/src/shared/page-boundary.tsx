import Alert from "@cloudscape-design/components/alert";
import { Component, type ReactNode } from "react";

/**
 * A page that breaks by a fault of ours says so, and leaves the rest of the console standing. `onLeave`
 * runs when it goes, before the effects of the page that comes.
 */
export class PageBoundary extends Component<
  { readonly children: ReactNode; readonly onLeave: () => void },
  { readonly error: unknown }
> {
  override state: { readonly error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentWillUnmount(): void {
    this.props.onLeave();
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Alert type="error" header="This page broke by a fault of Rolecast">
        {String(error)}
      </Alert>
    );
  }
}
