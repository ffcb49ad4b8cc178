import Tabs from "@cloudscape-design/components/tabs";
import { Page } from "../../shared/page.tsx";
import { EventFeed } from "./event-feed.tsx";
import { TrailRecords } from "./trail-records.tsx";

/** Who called what, and what happened to streams and recordings. */
export function ActivityPage() {
  return (
    <Page
      title="Activity"
      description="Calls as CloudTrail records them, and the events that IVS sends to EventBridge."
    >
      <Tabs
        tabs={[
          { id: "calls", label: "Calls", content: <TrailRecords /> },
          { id: "events", label: "IVS events", content: <EventFeed /> },
        ]}
      />
    </Page>
  );
}
