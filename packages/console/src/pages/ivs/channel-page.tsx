import { GetChannelCommand } from "@aws-sdk/client-ivs";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import type { PageProps } from "../../routing/page-route.ts";
import { Actions } from "../../shared/actions.tsx";
import { CallState } from "../../shared/call-state.tsx";
import { Page } from "../../shared/page.tsx";
import { PageTabs } from "../../shared/page-tabs.tsx";
import { RemoveItems } from "../../shared/remove-items.tsx";
import { useCall } from "../../wire/use-call.ts";
import { ChannelDetails } from "./channel-details.tsx";
import { ChannelLive } from "./channel-live.tsx";
import { ChannelMetrics } from "./channel-metrics.tsx";
import { CHANNEL_REMOVAL } from "./channel-removal.ts";
import { ivsName } from "./ivs-name.ts";
import { RefusedPublishers } from "./refused-publishers.tsx";
import { StreamSessions } from "./stream-sessions.tsx";
import { StreamSettings } from "./stream-settings.tsx";

export function ChannelPage({ params, query }: PageProps) {
  const arn = params.arn ?? "";
  const [deleting, setDeleting] = useState(false);
  const got = useCall(`channel ${arn}`, (aws) => aws.ivs.send(new GetChannelCommand({ arn })));
  const channel = got.data?.channel;
  const name = ivsName({ arn, ...channel });
  return (
    <Page
      title={name}
      actions={
        <Actions>
          {channel?.recordingConfigurationArn && (
            <Button onClick={() => goTo(placeOf("/ivs/recordings", {}, { channel: arn }))}>
              Recordings
            </Button>
          )}
          <Button disabled={!channel} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </Actions>
      }
    >
      <CallState what="channel" call={got} />
      {channel && <RefusedPublishers channelArn={arn} />}
      {channel && (
        <PageTabs
          tabs={[
            {
              id: "live",
              label: "Live",
              content: (
                <SpaceBetween size="l">
                  <ChannelLive
                    channel={channel}
                    givenToken={query.get("token") ?? ""}
                    onChanged={got.reload}
                  />
                  <StreamSettings channel={channel} onChanged={got.reload} />
                </SpaceBetween>
              ),
            },
            {
              id: "metrics",
              label: "Metrics",
              content: <ChannelMetrics channelArn={arn} />,
            },
            {
              id: "sessions",
              label: "Sessions",
              content: <StreamSessions channelArn={arn} />,
            },
            {
              id: "configuration",
              label: "Configuration",
              content: <ChannelDetails channel={channel} onChanged={got.reload} />,
            },
          ]}
        />
      )}
      {deleting && (
        <RemoveItems
          removal={CHANNEL_REMOVAL}
          items={[{ arn, channel: { name } }]}
          plural="channels"
          onClose={() => setDeleting(false)}
          onDone={() => goTo("#/ivs/channels")}
        />
      )}
    </Page>
  );
}
