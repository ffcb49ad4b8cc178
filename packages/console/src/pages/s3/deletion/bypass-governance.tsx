import Checkbox from "@cloudscape-design/components/checkbox";

/** Deletes versions that governance mode keeps, if the caller may. */
export function BypassGovernance(props: {
  readonly checked: boolean;
  readonly onChange: (bypass: boolean) => void;
}) {
  return (
    <Checkbox
      checked={props.checked}
      description="In spite of its retention. Needs s3:BypassGovernanceRetention."
      onChange={({ detail }) => props.onChange(detail.checked)}
    >
      Bypass governance mode
    </Checkbox>
  );
}
