import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { DecisionLog } from "./decision-log.tsx";
import { EventFeed } from "./event-feed.tsx";
import { TrailRecords } from "./trail-records.tsx";

/** Shows who called what, what was decided and why, and the events of streams and recordings. */
export function ActivityPage() {
  return (
    <Page
      title="Activity"
      description="Calls as CloudTrail records them, decisions with their reasons, and the events that IVS sends."
    >
      <PageTabs
        tabs={[
          { id: "calls", label: "Calls", content: <TrailRecords /> },
          { id: "decisions", label: "Decisions", content: <DecisionLog /> },
          { id: "events", label: "IVS events", content: <EventFeed /> },
        ]}
      />
    </Page>
  );
}
