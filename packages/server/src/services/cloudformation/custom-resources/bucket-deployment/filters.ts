/*
 * Source: AWS CLI command reference, "s3", "Use of Exclude and Include Filters": excluded first,
 * later filters take precedence, and `*` stands for slashes too.
 */

/** Whether a path below source and destination takes part. */
export function participates(
  path: string,
  exclude: readonly string[],
  include: readonly string[],
): boolean {
  if (include.some((pattern) => matches(pattern, path))) return true;
  return !exclude.some((pattern) => matches(pattern, path));
}

/** A pattern has `*`, `?`, `[abc]` and `[!abc]`; the time is that of both lengths multiplied. */
function matches(pattern: string, path: string): boolean {
  const parts = partsOf(pattern);
  let reached = new Set([0]);
  for (const character of path) {
    const next = new Set<number>();
    for (const at of withStars(reached, parts)) {
      const part = parts[at];
      if (part === "*") next.add(at);
      else if (part?.(character)) next.add(at + 1);
    }
    reached = next;
    if (reached.size === 0) return false;
  }
  return withStars(reached, parts).has(parts.length);
}

type Part = "*" | ((character: string) => boolean);

/** A star may stand for nothing. */
function withStars(reached: ReadonlySet<number>, parts: readonly Part[]): ReadonlySet<number> {
  const all = new Set(reached);
  for (const at of all) if (parts[at] === "*") all.add(at + 1);
  return all;
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at];
    const end = character === "[" ? characters.indexOf("]", at + 2) : -1;
    if (character === "*") parts.push("*");
    else if (character === "?") parts.push(() => true);
    else if (end < 0) parts.push((other) => other === character);
    else {
      parts.push(oneOf(characters.slice(at + 1, end)));
      at = end;
    }
  }
  return parts;
}

function oneOf([first, ...rest]: readonly string[]): (character: string) => boolean {
  const isNegated = first === "!";
  const set = isNegated || first === undefined ? rest : [first, ...rest];
  return (character) => {
    const isIn = set.some((from, at) => {
      const to = set[at + 1] === "-" ? set[at + 2] : undefined;
      return to === undefined ? from === character : from <= character && character <= to;
    });
    return isIn !== isNegated;
  };
}
