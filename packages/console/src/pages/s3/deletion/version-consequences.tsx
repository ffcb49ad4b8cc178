import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { BypassGovernance } from "./bypass-governance.tsx";

/** The consequences of deleting versions and delete markers by their IDs. */
export function VersionConsequences(props: {
  readonly chosen: readonly { readonly deleteMarker: boolean }[];
  readonly bypass: boolean;
  readonly onBypass: (bypass: boolean) => void;
}) {
  const { chosen, bypass, onBypass } = props;
  const markers = chosen.filter(({ deleteMarker }) => deleteMarker).length;
  return (
    <SpaceBetween size="m">
      {markers > 0 && (
        <Box>Without its delete marker the version before it is the object again.</Box>
      )}
      {markers < chosen.length && (
        <>
          <Box>A version that is deleted by its ID is gone for good.</Box>
          <BypassGovernance checked={bypass} onChange={onBypass} />
        </>
      )}
    </SpaceBetween>
  );
}
