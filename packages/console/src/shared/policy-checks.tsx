import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, {
  type StatusIndicatorProps,
} from "@cloudscape-design/components/status-indicator";
import type { CheckFinding, CheckPolicyOptions, validatePolicy } from "@rolecast/policy";
import { useEffect, useState } from "react";
import { useCall } from "../wire/use-call.ts";
import { findingsOfAws } from "../wire/validate-policy.ts";

type PolicyKind = Parameters<typeof validatePolicy>[1];

/** The text is checked when nothing was typed for so long. */
const PAUSE_MS = 600;
/** Findings shown at once. */
const SHOWN_MAX = 20;

const IDENTITY = { policyType: "IDENTITY_POLICY" } as const;
const RESOURCE = { policyType: "RESOURCE_POLICY" } as const;
const CHECKED_AS: Readonly<Record<PolicyKind, Omit<CheckPolicyOptions, "data">>> = {
  managed: IDENTITY,
  inline: IDENTITY,
  session: IDENTITY,
  trust: { ...RESOURCE, resourceType: "AWS::IAM::AssumeRolePolicyDocument" },
  bucket: { ...RESOURCE, resourceType: "AWS::S3::Bucket" },
  key: RESOURCE,
};

const LOOKS: Readonly<Record<CheckFinding["findingType"], StatusIndicatorProps.Type>> = {
  ERROR: "error",
  SECURITY_WARNING: "warning",
  WARNING: "warning",
  SUGGESTION: "info",
};
const NAMES: Readonly<Record<CheckFinding["findingType"], string>> = {
  ERROR: "Error",
  SECURITY_WARNING: "Security warning",
  WARNING: "Warning",
  SUGGESTION: "Suggestion",
};

/**
 * Access Analyzer's findings of a text that IAM or S3 would take, after a pause of the keys. None
 * for another text, and for a key that may not ask.
 */
export function usePolicyChecks(
  text: string,
  kind: PolicyKind,
  enabled: boolean,
): readonly CheckFinding[] {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const asks = enabled && settled === text;
  const { data = [] } = useCall(asks ? `policy checks ${kind} ${settled}` : "no checks", (aws) =>
    asks ? findingsOfAws(aws, settled, CHECKED_AS[kind]) : Promise.resolve([]),
  );
  return data;
}

/** Findings with their places, each of which moves the cursor there. */
export function PolicyChecks(props: {
  readonly findings: readonly CheckFinding[];
  readonly onShow: (from: number, to: number) => void;
}) {
  const { findings, onShow } = props;
  return (
    <SpaceBetween size="xxs">
      {findings
        .slice(0, SHOWN_MAX)
        .map(({ issueCode, findingType, findingDetails, learnMoreLink, locations: [place] }) => (
          <Box key={`${issueCode} ${place?.span.start.offset}`}>
            <StatusIndicator type={LOOKS[findingType]}>
              {`${NAMES[findingType]}: ${findingDetails}`}
            </StatusIndicator>{" "}
            {place && (
              <Button
                variant="inline-link"
                formAction="none"
                onClick={() => onShow(place.span.start.offset, place.span.end.offset)}
              >
                {`Line ${place.span.start.line}, column ${place.span.start.column + 1}`}
              </Button>
            )}{" "}
            <Link href={learnMoreLink} external ariaLabel={`Learn more about ${issueCode}`}>
              Learn more
            </Link>
          </Box>
        ))}
    </SpaceBetween>
  );
}
