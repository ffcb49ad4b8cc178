import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { DecisionLayer } from "../../wire/authorization-details.ts";
import { stationsOf } from "./layer-stations.ts";

/** A decision as the way through all kinds of policies; the one that decided is marked. */
export function LayersPicture({ layers }: { readonly layers: readonly DecisionLayer[] }) {
  if (layers.length === 0) return null;
  return (
    <div>
      <Box variant="awsui-key-label">Way of the decision</Box>
      <ol className="layers">
        {stationsOf(layers).map(({ title, effect, decides }) => (
          <li key={title} className={decides ? "layer layer-decides" : "layer"}>
            <Box fontWeight={decides ? "bold" : "normal"}>{title}</Box>
            <Answer effect={effect} />
            {decides && (
              <Box fontSize="body-s" fontWeight="bold">
                Decides
              </Box>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Answer({ effect }: { readonly effect: DecisionLayer["effect"] | undefined }) {
  switch (effect) {
    case "ALLOW":
      return <StatusIndicator>Allows</StatusIndicator>;
    case "EXPLICIT_DENY":
      return <StatusIndicator type="error">Denies</StatusIndicator>;
    case "IMPLICIT_DENY":
      return <StatusIndicator type="warning">Doesn't allow it</StatusIndicator>;
    default:
      return <StatusIndicator type="stopped">None</StatusIndicator>;
  }
}
