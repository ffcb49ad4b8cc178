import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type PolicyFinding, policySizeWithoutWhitespace, validatePolicy } from "@rolecast/policy";
import { type ReactNode, useId, useMemo, useRef } from "react";

import { lineNumbers, markedPieces } from "./marked-text.ts";
import { pretty } from "./pretty-json.ts";

export type PolicyKind = Parameters<typeof validatePolicy>[1];

/** Findings shown at once; a policy full of mistakes has hundreds. */
const FINDINGS_MAX = 20;
const UTF8 = new TextEncoder();

/**
 * A policy's text, validated as it is typed with AWS's checks in AWS's words. A finding moves the
 * cursor to its place.
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
  const field = useRef<HTMLTextAreaElement>(null);
  const marks = useRef<HTMLPreElement>(null);
  const lines = useRef<HTMLPreElement>(null);
  const id = useId();
  const findings = useFindings(value, kind, bucketName);
  const size = kind === "bucket" ? UTF8.encode(value).length : policySizeWithoutWhitespace(value);
  const follow = () => {
    const { scrollTop = 0, scrollLeft = 0 } = field.current ?? {};
    marks.current?.scrollTo({ top: scrollTop, left: scrollLeft });
    lines.current?.scrollTo({ top: scrollTop });
  };
  const show = ({ position }: PolicyFinding) => {
    if (!position) return;
    field.current?.focus();
    field.current?.setSelectionRange(position.start.offset, position.end.offset);
  };
  return (
    <FormField
      label={label}
      controlId={id}
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
      <div className="json-editor">
        <pre className="json-editor-lines" ref={lines} aria-hidden="true">
          {lineNumbers(value)}
        </pre>
        <pre className="json-editor-marks" ref={marks} aria-hidden="true">
          {marked(value, findings)}
        </pre>
        <textarea
          id={id}
          ref={field}
          rows={Math.min(24, value.split("\n").length + 1)}
          value={value}
          readOnly={readOnly}
          spellCheck={false}
          autoCapitalize="off"
          aria-invalid={findings.length > 0}
          aria-describedby={`${id}-findings`}
          onScroll={follow}
          onChange={({ target }) => onChange(target.value)}
        />
      </div>
      <div id={`${id}-findings`} aria-live="polite">
        <Findings
          findings={findings}
          tooLong={sizeMax !== undefined && size > sizeMax}
          onShow={show}
        />
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
      <StatusIndicator>AWS would take this policy.</StatusIndicator>
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

/** Returns the text with its mistakes underlined, under the field and in the same type. */
function marked(value: string, findings: readonly PolicyFinding[]): readonly ReactNode[] {
  const pieces = markedPieces(value, findings).map(({ text, start, isMarked }) =>
    isMarked ? <mark key={start}>{text}</mark> : text,
  );
  return [...pieces, "\n"];
}
