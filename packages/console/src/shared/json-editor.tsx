import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type PolicyFinding, policySizeWithoutWhitespace, validatePolicy } from "@rolecast/policy";
import { lazy, Suspense, useMemo, useRef } from "react";
import type { CodeEditorHandle } from "./code-editor/code-editor.tsx";
import { usePolicyChecks } from "./policy-checks.ts";
import { type Judged, remarksOn, verdictOn } from "./policy-verdict.ts";
import { pretty } from "./pretty-json.ts";

export type PolicyKind = Parameters<typeof validatePolicy>[1];

/** Remarks shown at once; a policy full of mistakes has hundreds. */
const REMARKS_MAX = 20;
const UTF8 = new TextEncoder();

/** The editor itself is half as large as the whole console: it is loaded with the first policy. */
const CodeEditor = lazy(async () => ({
  default: (await import("./code-editor/code-editor.tsx")).CodeEditor,
}));

/**
 * A policy's text, validated as it is typed with AWS's checks in AWS's words, and then by Access
 * Analyzer: one verdict, and what led to it. A remark moves the cursor to its place.
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
  const { checks, isChecking } = usePolicyChecks(value, kind, !readOnly && findings.length === 0);
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
  const isTooLong = sizeMax !== undefined && size > sizeMax;
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
        <Verdict
          judged={{ findings, checks, isTooLong, isChecking }}
          onShow={(from, to) => editor.current?.select(from, to)}
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

function Verdict(props: {
  readonly judged: Judged;
  readonly onShow: (from: number, to: number) => void;
}) {
  const { judged, onShow } = props;
  const { look, text } = verdictOn(judged);
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={look}>{text}</StatusIndicator>
      {remarksOn(judged)
        .slice(0, REMARKS_MAX)
        .map((remark) => (
          <Box key={`${remark.from} ${remark.text}`} padding={{ left: "l" }}>
            {remark.text}{" "}
            {remark.place && (
              <Button
                variant="inline-link"
                formAction="none"
                onClick={() => onShow(remark.from, remark.to)}
              >
                {remark.place}
              </Button>
            )}{" "}
            {remark.learnMore && (
              <Link
                href={remark.learnMore.href}
                external
                ariaLabel={`Learn more about ${remark.learnMore.code}`}
              >
                Learn more
              </Link>
            )}
          </Box>
        ))}
    </SpaceBetween>
  );
}
