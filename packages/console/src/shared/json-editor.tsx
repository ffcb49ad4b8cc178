import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type PolicyFinding, policySizeWithoutWhitespace, validatePolicy } from "@rolecast/policy";
import { lazy, Suspense, useMemo, useRef } from "react";
import type { CodeEditorHandle } from "./code-editor/code-editor.tsx";
import { PolicyChecks, usePolicyChecks } from "./policy-checks.tsx";
import { pretty } from "./pretty-json.ts";

export type PolicyKind = Parameters<typeof validatePolicy>[1];

/** Findings shown at once; a policy full of mistakes has hundreds. */
const FINDINGS_MAX = 20;
const UTF8 = new TextEncoder();

/** The editor itself is half as large as the whole console: it is loaded with the first policy. */
const CodeEditor = lazy(async () => ({
  default: (await import("./code-editor/code-editor.tsx")).CodeEditor,
}));

/**
 * A policy's text, validated as it is typed with AWS's checks in AWS's words, and then by Access
 * Analyzer. A finding moves the cursor to its place.
 */
export function JsonEditor(props: {
  readonly label: string;
  readonly kind: PolicyKind;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Characters without white space, as IAM counts; a bucket policy's are bytes. */
  readonly sizeMax?: number;
  readonly bucketName?: string;
  readonly readOnly?: boolean;
}) {
  const { label, kind, value, onChange, sizeMax, bucketName, readOnly = false } = props;
  const editor = useRef<CodeEditorHandle>(undefined);
  const findings = useFindings(value, kind, bucketName);
  const checks = usePolicyChecks(value, kind, !readOnly && findings.length === 0);
  const marks = useMemo(
    () => [
      ...findings.flatMap(({ position }) =>
        position ? { from: position.start.offset, to: position.end.offset } : [],
      ),
      ...checks.flatMap(({ findingType, locations }) =>
        locations.map(({ span }) => ({
          from: span.start.offset,
          to: span.end.offset,
          isAdvice: findingType !== "ERROR",
        })),
      ),
    ],
    [findings, checks],
  );
  const size = kind === "bucket" ? UTF8.encode(value).length : policySizeWithoutWhitespace(value);
  const show = ({ position }: PolicyFinding) => {
    if (position) editor.current?.select(position.start.offset, position.end.offset);
  };
  return (
    <FormField
      label={label}
      stretch
      constraintText={
        sizeMax === undefined
          ? undefined
          : `${size} of ${sizeMax} ${kind === "bucket" ? "bytes" : "characters"}`
      }
      secondaryControl={
        readOnly ? undefined : (
          <Button
            formAction="none"
            disabled={findings.length > 0}
            onClick={() => onChange(pretty(value))}
          >
            Format
          </Button>
        )
      }
    >
      <Suspense fallback={<Spinner />}>
        <CodeEditor
          label={label}
          value={value}
          marks={marks}
          readOnly={readOnly}
          handle={editor}
          onChange={onChange}
        />
      </Suspense>
      <div aria-live="polite">
        <Findings
          findings={findings}
          tooLong={sizeMax !== undefined && size > sizeMax}
          onShow={show}
        />
        <PolicyChecks findings={checks} onShow={(from, to) => editor.current?.select(from, to)} />
      </div>
    </FormField>
  );
}

/** AWS's objections to this text; empty when it is valid. */
export function useFindings(
  value: string,
  kind: PolicyKind,
  bucketName?: string,
): readonly PolicyFinding[] {
  return useMemo(
    () => validatePolicy(value, kind, bucketName === undefined ? {} : { bucketName }),
    [value, kind, bucketName],
  );
}

function Findings(props: {
  readonly findings: readonly PolicyFinding[];
  readonly tooLong: boolean;
  readonly onShow: (finding: PolicyFinding) => void;
}) {
  const { findings, tooLong, onShow } = props;
  if (findings.length === 0) {
    return tooLong ? (
      <StatusIndicator type="error">The policy is too long.</StatusIndicator>
    ) : (
      <StatusIndicator>Valid policy</StatusIndicator>
    );
  }
  return (
    <SpaceBetween size="xxs">
      {findings.slice(0, FINDINGS_MAX).map((finding) => (
        <Box key={`${finding.position?.start.offset} ${finding.message}`}>
          <StatusIndicator type="error">
            {finding.message}
            {finding.detail === undefined ? "" : ` (${finding.detail})`}
            {finding.reason === undefined ? "" : ` ${finding.reason}.`}
          </StatusIndicator>{" "}
          {finding.position && (
            <Button variant="inline-link" formAction="none" onClick={() => onShow(finding)}>
              {`Line ${finding.position.start.line}, column ${finding.position.start.column}`}
            </Button>
          )}
        </Box>
      ))}
    </SpaceBetween>
  );
}
