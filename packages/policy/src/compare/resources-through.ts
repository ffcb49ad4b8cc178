import { ARN_PARTS } from "../compile/arn-parts.ts";
import { splitTokens } from "../compile/arn-pattern.ts";
import {
  type PatternSyntax,
  type PatternToken,
  tokenizePattern,
} from "../compile/pattern-tokens.ts";

/** `arn:aws:s3:us-east-1:111122223333:accesspoint/name` and the bucket behind it. */
export interface Passage {
  readonly accessPointArn: string;
  readonly bucketArn: string;
}

type Unit = { readonly kind: "one"; readonly character: string } | PatternToken;

/**
 * Patterns of an access point's policy as patterns of its bucket and the bucket's objects: those of
 * `…:accesspoint/name/object/x` become `arn:aws:s3:::bucket/x`. `most`: a variable that stands
 * before the object's key may be any text; else it is none.
 */
export function resourcesThrough(
  patterns: readonly string[],
  { accessPointArn, bucketArn }: Passage,
  { variables, most }: { readonly variables: boolean; readonly most: boolean },
): readonly string[] {
  const found = patterns.flatMap((pattern) => {
    const units = tailAfter(accessPointArn, pattern, { variables, wildcards: true }, most);
    if (units === undefined) {
      return [];
    }
    const itself = restsAfter(units.text, units.tail, most);
    const objects = restsAfter(`${units.text}/object/`, units.tail, most);
    return [
      ...(itself.some((rest) => rest.every(({ kind }) => kind === "star")) ? [bucketArn] : []),
      ...objects.map(
        (rest) => `${bucketArn}/${rest.map((one) => written(one, variables)).join("")}`,
      ),
    ];
  });
  return [...new Set(found)];
}

/** Whether a pattern names the access point or objects behind it. */
export function namesAccessPoint(pattern: string, accessPointArn: string): boolean {
  const passage = { accessPointArn, bucketArn: "" };
  return resourcesThrough([pattern], passage, { variables: true, most: true }).length > 0;
}

interface Tail {
  /** The end of the ARN that the pattern's last part must match. */
  readonly text: string;
  readonly tail: readonly Unit[];
}

/** The pattern's last part, if its other parts match the ARN's. */
function tailAfter(
  arn: string,
  pattern: string,
  syntax: PatternSyntax,
  most: boolean,
): Tail | undefined {
  const tokens = tokenizePattern(pattern, syntax);
  const parts = tokens.every(({ kind }) => kind === "star") ? [tokens] : splitTokens(tokens);
  const last = parts.at(-1) ?? [];
  if (parts.length < ARN_PARTS && last.at(-1)?.kind !== "star") {
    return undefined;
  }
  const texts = arn.split(":");
  const heads = parts.slice(0, -1);
  const isMatch = heads.every((part, index) =>
    restsAfter(texts[index] ?? "", unitsOf(part), most).some((rest) =>
      rest.every(({ kind }) => kind === "star"),
    ),
  );
  return isMatch ? { text: texts.slice(heads.length).join(":"), tail: unitsOf(last) } : undefined;
}

function unitsOf(tokens: readonly PatternToken[]): readonly Unit[] {
  return tokens.flatMap((token): readonly Unit[] =>
    token.kind === "literal"
      ? [...token.text].map((character) => ({ kind: "one", character }))
      : [token],
  );
}

/** The rests that a pattern may have once its beginning has matched the text. */
function restsAfter(
  text: string,
  units: readonly Unit[],
  most: boolean,
): readonly (readonly Unit[])[] {
  let reached: ReadonlySet<number> = new Set([0]);
  const entered = new Set<number>();
  for (const character of text) {
    const next = new Set<number>();
    entered.clear();
    for (const position of withSkipped(reached, units, most)) {
      const unit = units[position];
      if (unit?.kind === "star" || (unit?.kind === "variable" && most)) {
        next.add(position);
        entered.add(position);
      } else if (
        unit?.kind === "question" ||
        (unit?.kind === "one" && unit.character === character)
      ) {
        next.add(position + 1);
      }
    }
    reached = next;
  }
  // A variable that has begun before may end anyhow.
  return [...reached].map((position) =>
    entered.has(position) ? [STAR, ...units.slice(position + 1)] : units.slice(position),
  );
}

const STAR: Unit = { kind: "star" };

/** A star matches nothing as well, and so does a variable that may be any text. */
function withSkipped(
  positions: ReadonlySet<number>,
  units: readonly Unit[],
  most: boolean,
): ReadonlySet<number> {
  const all = new Set(positions);
  for (const position of all) {
    const unit = units[position];
    if (unit?.kind === "star" || (unit?.kind === "variable" && most)) {
      all.add(position + 1);
    }
  }
  return all;
}

/** A unit as patterns have it. */
function written(unit: Unit, variables: boolean): string {
  switch (unit.kind) {
    case "one":
      return variables && "*?$".includes(unit.character) ? `\${${unit.character}}` : unit.character;
    case "literal":
      return unit.text;
    case "star":
      return "*";
    case "question":
      return "?";
    case "variable":
      return unit.defaultValue === undefined
        ? `\${${unit.key}}`
        : `\${${unit.key}, '${unit.defaultValue}'}`;
    default:
      return unit satisfies never;
  }
}
