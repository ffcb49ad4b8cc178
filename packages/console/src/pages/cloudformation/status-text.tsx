import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";

/** The status of a stack, a resource, an event or a change set, in AWS's word and a colour. */
export function StatusText({ status }: { readonly status: string | undefined }) {
  if (status === undefined) return "–";
  return (
    <span className="narrow-cell">
      <StatusIndicator type={statusKind(status)} wrapText>
        {status}
      </StatusIndicator>
    </span>
  );
}

/** How a status is shown; the first that matches counts. */
const KINDS: readonly (readonly [RegExp, StatusIndicatorProps.Type])[] = [
  [/^(?:REVIEW_IN_PROGRESS|.*PENDING|NOT_CHECKED|UNKNOWN|UNSUPPORTED)$/, "pending"],
  [/^ROLLBACK_COMPLETE$/, "error"],
  [/_?FAILED$/, "error"],
  [/ROLLBACK.*IN_PROGRESS$/, "warning"],
  [/IN_PROGRESS$/, "in-progress"],
  [/^(?:UPDATE_ROLLBACK_COMPLETE|DRIFTED|MODIFIED|DELETED)$/, "warning"],
  [/^(?:DELETE_COMPLETE|DELETE_SKIPPED|OBSOLETE|UNAVAILABLE)$/, "stopped"],
];

export function statusKind(status: string): StatusIndicatorProps.Type {
  return KINDS.find(([pattern]) => pattern.test(status))?.[1] ?? "success";
}
