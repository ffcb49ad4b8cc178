import StatusIndicator from "@cloudscape-design/components/status-indicator";

export function RecordingConfigurationState({ state }: { readonly state: string | undefined }) {
  switch (state) {
    case "ACTIVE":
      return <StatusIndicator>Active</StatusIndicator>;
    case "CREATING":
      return <StatusIndicator type="in-progress">Creating</StatusIndicator>;
    default:
      return <StatusIndicator type="error">{state ?? "Unknown"}</StatusIndicator>;
  }
}
