import type { KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import type { ChannelSettings } from "./channel-settings.ts";

/** A channel's settings that are plain values, as people read them. */
export function settingsFacts(settings: ChannelSettings): KeyValuePairsProps.Item[] {
  const { multitrackInputConfiguration: multitrack } = settings;
  const { policy, maximumResolution } = multitrack;
  return [
    { label: "Name", value: settings.name || "–" },
    { label: "Type", value: settings.type },
    { label: "Transcode preset", value: settings.preset || "None: the type has none" },
    { label: "Latency", value: settings.latencyMode },
    { label: "Container", value: settings.containerFormat },
    {
      label: "Multitrack video",
      value: multitrack.enabled ? `${policy}, up to ${maximumResolution}` : "No",
    },
    { label: "Private", value: settings.authorized ? "Yes" : "No" },
    { label: "Insecure ingest", value: settings.insecureIngest ? "Yes" : "No" },
  ];
}
