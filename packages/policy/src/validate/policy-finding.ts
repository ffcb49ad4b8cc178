import { type PositionRange, TextPositions } from "../document/position.ts";

/** Why a policy is refused. */
export interface PolicyFinding {
  /** IAM and STS say MalformedPolicyDocument, S3 says MalformedPolicy; both answer 400. */
  errorCode: "MalformedPolicyDocument" | "MalformedPolicy";
  /** AWS's own text. */
  message: string;
  /** S3 puts what its message leaves out into the error's Detail element. */
  detail?: string;
  /** What AWS doesn't say: the element at fault, and what is expected there. */
  reason?: string;
  position?: PositionRange;
}

/** A problem while its place is still a pair of offsets. */
export interface Problem {
  message: string;
  detail?: string;
  reason?: string;
  start: number;
  end: number;
}

/** Makes findings of problems. */
export function findingsOf(
  problems: readonly Problem[],
  text: string,
  errorCode: PolicyFinding["errorCode"],
): readonly PolicyFinding[] {
  const positions = new TextPositions(text);
  return problems.map(({ message, detail, reason, start, end }) => ({
    errorCode,
    message,
    ...(detail !== undefined && { detail }),
    ...(reason !== undefined && { reason }),
    position: positions.range(start, end),
  }));
}

/** One class of checks. */
export type Check<T> = (subject: T) => Iterable<Problem>;

/** Runs checks in order; the first class that finds anything decides, as on AWS. */
export function firstProblems<T>(subject: T, checks: readonly Check<T>[]): readonly Problem[] {
  for (const check of checks) {
    const problems = [...check(subject)];
    if (problems.length > 0) {
      return problems;
    }
  }
  return [];
}
