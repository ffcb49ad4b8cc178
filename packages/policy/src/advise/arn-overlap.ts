/** One place of a pattern: a letter, any one letter, or any text. */
type Place = { readonly kind: "letter"; readonly text: string } | { readonly kind: "one" } | Any;
interface Any {
  readonly kind: "any";
  /** Neither a colon nor a slash is in it: an account, a Region, a bucket's name. */
  readonly whole: boolean;
}

const ONE_PART = /^\$\{(?:Partition|Region|Account|BucketName)\}$/;
const PLACES = /\$\{[^}]*\}|[\s\S]/g;

/** Whether a resource of a policy can name something that an ARN template of AWS describes. */
export function canNameResource(pattern: string, template: string): boolean {
  return overlap(
    placesOf(pattern, () => false),
    placesOf(template, (part) => ONE_PART.test(part)),
  );
}

function placesOf(text: string, isWhole: (part: string) => boolean): readonly Place[] {
  return (text.match(PLACES) ?? []).map((part): Place => {
    if (part === "*" || part.length > 1) return { kind: "any", whole: isWhole(part) };
    return part === "?" ? { kind: "one" } : { kind: "letter", text: part };
  });
}

/** Whether some text fits both: of each pair of places, whether the rests can. */
function overlap(one: readonly Place[], other: readonly Place[]): boolean {
  let after: boolean[] = [];
  for (let at = one.length; at >= 0; at -= 1) {
    const row: boolean[] = [];
    for (let to = other.length; to >= 0; to -= 1) {
      row[to] = restsOverlap(one[at], other[to], {
        both: after[to + 1] ?? false,
        first: after[to] ?? false,
        second: row[to + 1] ?? false,
        ended: at === one.length && to === other.length,
      });
    }
    after = row;
  }
  return after[0] ?? false;
}

interface Rests {
  /** Whether the rests overlap after both places, after the first alone, and the second alone. */
  readonly both: boolean;
  readonly first: boolean;
  readonly second: boolean;
  readonly ended: boolean;
}

function restsOverlap(one: Place | undefined, other: Place | undefined, rests: Rests): boolean {
  if (rests.ended) return true;
  if (one?.kind === "any" && (rests.first || (canHold(one, other) && rests.second))) return true;
  if (other?.kind === "any" && (rests.second || (canHold(other, one) && rests.first))) return true;
  if (!one || !other || one.kind === "any" || other.kind === "any") return false;
  return (one.kind === "one" || other.kind === "one" || one.text === other.text) && rests.both;
}

function canHold({ whole }: Any, other: Place | undefined): boolean {
  if (other === undefined) return false;
  return !whole || other.kind !== "letter" || !/[:/]/.test(other.text);
}
