import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect } from "react";
import { Actions } from "./actions.tsx";
import { CliCalls } from "./cli-calls.tsx";
import { usePageFrame } from "./page-frame.tsx";

/** The frame of every page: its heading, its actions, and what it did as lines of the AWS CLI. */
export function Page(props: {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, description, actions, children } = props;
  const { nameIt, openHelp } = usePageFrame();
  useEffect(() => nameIt(title), [nameIt, title]);
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={description}
          info={
            openHelp && (
              <Link variant="info" ariaLabel={`Info on ${title}`} onFollow={openHelp}>
                Info
              </Link>
            )
          }
          actions={
            <Actions>
              <CliCalls />
              {actions}
            </Actions>
          }
        >
          {title}
        </Header>
      }
    >
      <SpaceBetween size="l">{children}</SpaceBetween>
    </ContentLayout>
  );
}
