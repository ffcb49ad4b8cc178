import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Feed } from "../wire/use-feed.ts";
import { Refusal } from "./refusal.tsx";

/** Shows whether new events appear by themselves. */
export function FeedState({ feed }: { readonly feed: Feed<unknown> }) {
  switch (feed.state) {
    case "open":
      return <StatusIndicator>Live</StatusIndicator>;
    case "connecting":
      return <StatusIndicator type="loading">Connecting</StatusIndicator>;
    default:
      return (
        <StatusIndicator type="error">
          Not live. <Refusal error={feed.refusal} />
        </StatusIndicator>
      );
  }
}
