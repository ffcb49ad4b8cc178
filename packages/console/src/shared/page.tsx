import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useRef } from "react";
import { Actions } from "./actions.tsx";
import { BrokenName } from "./broken-name.tsx";
import { CliCalls } from "./cli-calls.tsx";
import { usePageFrame } from "./page-frame.tsx";

/** The frame of every page: its heading, its actions, and what it did as lines of the AWS CLI. */
export function Page(props: {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  /** A wizard has a heading of the first level of its own: the step's. */
  readonly wizard?: boolean;
  readonly children: ReactNode;
}) {
  const { title, description, actions, wizard = false, children } = props;
  const { nameIt, openHelp } = usePageFrame();
  useEffect(() => nameIt(title), [nameIt, title]);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => takeLostFocus(frame.current), []);
  const info = openHelp && (
    <Link variant="info" ariaLabel={`Info on ${title}`} onFollow={openHelp}>
      Info
    </Link>
  );
  const buttons = (
    <Actions>
      <CliCalls />
      {actions}
    </Actions>
  );
  return (
    <div ref={frame}>
      <ContentLayout
        header={
          wizard ? (
            <div className="wizard-header">
              <Actions>
                <Box variant="h1" tagOverride="p">
                  {title}
                </Box>
                {info}
              </Actions>
              {buttons}
            </div>
          ) : (
            <Header
              variant="h1"
              description={description && <span className="page-description">{description}</span>}
              info={info}
              actions={buttons}
            >
              <BrokenName>{title}</BrokenName>
            </Header>
          )
        }
      >
        <SpaceBetween size="l">{children}</SpaceBetween>
      </ContentLayout>
    </div>
  );
}

/** The link that led here has gone with its page: who can't see the new one hears its heading. */
function takeLostFocus(frame: HTMLElement | null): void {
  const heading = frame?.querySelector("h1");
  if (!heading || document.activeElement !== document.body) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
