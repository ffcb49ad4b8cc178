import StatusIndicator from "@cloudscape-design/components/status-indicator";

/** Live or not, and how well it goes. */
export function StreamState(props: {
  readonly stream:
    | { readonly state?: string | undefined; readonly health?: string | undefined }
    | undefined;
}) {
  const { stream } = props;
  if (stream?.state !== "LIVE") return <StatusIndicator type="stopped">Offline</StatusIndicator>;
  switch (stream.health) {
    case "HEALTHY":
      return <StatusIndicator>Live, healthy</StatusIndicator>;
    case "STARVING":
      return <StatusIndicator type="warning">Live, starving</StatusIndicator>;
    default:
      return <StatusIndicator type="info">Live</StatusIndicator>;
  }
}
