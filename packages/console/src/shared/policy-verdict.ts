import type { CheckFinding, PolicyFinding } from "@rolecast/policy";

type Look = "success" | "info" | "warning" | "error" | "loading";

/** All that is said of a text in an editor, in one line. */
export interface PolicyVerdict {
  readonly look: Look;
  readonly text: string;
}

/** A mistake in a text, or advice on it, with its place. */
export interface Remark {
  readonly text: string;
  /** Offsets in the text. */
  readonly from: number;
  readonly to: number;
  /** "Line 3, column 5"; undefined for the text as a whole. */
  readonly place: string | undefined;
  readonly learnMore?: { readonly href: string; readonly code: string };
}

export interface Judged {
  /** AWS's reasons for a refusal. */
  readonly findings: readonly PolicyFinding[];
  /** Access Analyzer's of a text that AWS takes. */
  readonly checks: readonly CheckFinding[];
  readonly isTooLong: boolean;
  /** Access Analyzer hasn't answered yet. */
  readonly isChecking: boolean;
}

const TYPES = ["ERROR", "SECURITY_WARNING", "WARNING", "SUGGESTION"] as const;
const NAMES: Readonly<Record<CheckFinding["findingType"], string>> = {
  ERROR: "error",
  SECURITY_WARNING: "security warning",
  WARNING: "warning",
  SUGGESTION: "suggestion",
};
const LOOKS: Readonly<Record<CheckFinding["findingType"], Look>> = {
  ERROR: "error",
  SECURITY_WARNING: "warning",
  WARNING: "warning",
  SUGGESTION: "info",
};

/** The one verdict on a text. */
export function verdictOn({ findings, checks, isTooLong, isChecking }: Judged): PolicyVerdict {
  if (findings.length > 0) {
    return {
      look: "error",
      text: `AWS refuses this policy: ${counted(findings.length, "mistake")}`,
    };
  }
  if (isTooLong) return { look: "error", text: "AWS refuses this policy: it is too long" };
  if (isChecking) return { look: "loading", text: "Checking the policy" };
  const worst = TYPES.find((type) => checks.some(({ findingType }) => findingType === type));
  if (worst === undefined) return { look: "success", text: "Valid policy" };
  const counts = TYPES.map(
    (type) =>
      [checks.filter(({ findingType }) => findingType === type).length, NAMES[type]] as const,
  )
    .filter(([count]) => count > 0)
    .map(([count, name]) => counted(count, name));
  return { look: LOOKS[worst], text: `AWS takes this policy, with ${listed(counts)}` };
}

/** All remarks, in the order of their kinds. */
export function remarksOn({ findings, checks }: Judged): readonly Remark[] {
  return [
    ...findings.map(({ message, detail, reason, position }): Remark => {
      const text = [message, detail && ` (${detail})`, reason && ` ${reason}.`].join("");
      const start = position?.start;
      const place = start && `Line ${start.line}, column ${start.column}`;
      const [from, to] = [start?.offset ?? 0, position?.end.offset ?? 0];
      return { text, from, to, place };
    }),
    ...TYPES.flatMap((type) => checks.filter(({ findingType }) => findingType === type)).map(
      ({ findingType, findingDetails, issueCode, learnMoreLink, locations: [at] }): Remark => ({
        text: `${capital(NAMES[findingType])}: ${findingDetails}`,
        from: at?.span.start.offset ?? 0,
        to: at?.span.end.offset ?? 0,
        place: at && `Line ${at.span.start.line}, column ${at.span.start.column + 1}`,
        learnMore: { href: learnMoreLink, code: issueCode },
      }),
    ),
  ];
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
