import { percentDecode } from "../query.ts";

/** A compiled path template such as `/tags/{resourceArn}` or `/{Key+}`. */
export interface UriTemplate {
  readonly labels: readonly string[];
  /** Characters outside of labels: the more, the more specific. */
  readonly literalChars: number;
  /** The labels' decoded text, undefined when the path is another. */
  match(rawPath: string): ReadonlyMap<string, string> | undefined;
}

interface Segment {
  readonly literal: string | undefined;
  readonly label: string;
  readonly greedy: boolean;
}

/**
 * An ARN at a path's end keeps its slashes, sent encoded (as SDKs do) or as they are: AWS takes
 * both in `/tags/{resourceArn}`.
 */
const ARN = /^arn(:|%3A)/i;

const NO_LABELS: ReadonlyMap<string, string> = new Map();

export function compileUri(path: string): UriTemplate {
  const segments = path.split("/").slice(1).map(parseSegment);
  const labels = segments.filter(({ literal }) => literal === undefined).map(({ label }) => label);
  const literalChars = segments.reduce((sum, { literal }) => sum + (literal?.length ?? 0), 0);
  if (labels.length === 0) {
    return { labels, literalChars, match: (raw) => (raw === path ? NO_LABELS : undefined) };
  }
  return { labels, literalChars, match: (raw) => matchSegments(segments, raw) };
}

function parseSegment(text: string): Segment {
  if (!text.startsWith("{")) return { literal: text, label: "", greedy: false };
  const greedy = text.endsWith("+}");
  return { literal: undefined, label: text.slice(1, greedy ? -2 : -1), greedy };
}

function matchSegments(
  segments: readonly Segment[],
  rawPath: string,
): ReadonlyMap<string, string> | undefined {
  const parts = rawPath.split("/").slice(1);
  const labels = new Map<string, string>();
  let at = 0;
  for (const [index, { literal, label, greedy }] of segments.entries()) {
    const part = parts[at];
    if (part === undefined) return undefined;
    if (literal !== undefined) {
      if (part !== literal) return undefined;
      at += 1;
      continue;
    }
    const takesAll = greedy || (index === segments.length - 1 && ARN.test(part));
    const end = takesAll ? parts.length - (segments.length - index - 1) : at + 1;
    const text = percentDecode(parts.slice(at, end).join("/"));
    if (text === undefined || text === "") return undefined;
    labels.set(label, text);
    at = end;
  }
  return at === parts.length ? labels : undefined;
}
