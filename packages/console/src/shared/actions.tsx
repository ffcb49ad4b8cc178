import SpaceBetween from "@cloudscape-design/components/space-between";
import { Children, Fragment, isValidElement, type ReactNode } from "react";

interface ActionsProps {
  readonly children?: ReactNode;
}

/**
 * Buttons next to each other; those of an inner one are in the same row, which breaks anywhere.
 */
export function Actions({ children }: ActionsProps) {
  return (
    <div className="actions">
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        {inOneRow(children)}
      </SpaceBetween>
    </div>
  );
}

function inOneRow(children: ReactNode): ReactNode {
  return Children.toArray(children).map((child) =>
    isValidElement<ActionsProps>(child) && (child.type === Actions || child.type === Fragment)
      ? inOneRow(child.props.children)
      : child,
  );
}
