import { matchesActionPattern } from "../../compile/action-matcher.ts";
import type { CheckCode, Report } from "../finding.ts";
import type { Place } from "../place.ts";
import type { StatementSubject, Subject, Text } from "../subject.ts";

/** Ways to write "this action, on more roles than one". */
type Way =
  | "NOT_RESOURCE"
  | "STAR_IN_ACTION_AND_NOT_RESOURCE"
  | "NOT_ACTION_AND_NOT_RESOURCE"
  | "STAR_IN_RESOURCE"
  | "STAR_IN_ACTION_AND_RESOURCE"
  | "STAR_IN_RESOURCE_AND_NOT_ACTION";

interface Family {
  readonly action: string;
  readonly prefix: "PASS_ROLE_WITH" | "CREATE_SLR_WITH";
  /** The key that says which service gets the role. */
  readonly key: string;
  /** Whether a resource leaves open which role it is. */
  readonly isOpen: (resource: string) => boolean;
}

/** A name of a role that begins as AWS's services name theirs. */
const SERVICE_ROLE = /^(?:AWS|Amazon|Service)[A-Za-z0-9]*/;
const ROLE = /^arn:[^:]*:iam:[^:]*:[^:]*:(.+)$/s;
const LINKED_ROLE = /^role\/aws-service-role\/[^*?/]+\//;

const FAMILIES: readonly Family[] = [
  {
    action: "iam:PassRole",
    prefix: "PASS_ROLE_WITH",
    key: "iam:passedtoservice",
    isOpen: (resource) => isOpenRole(resource, (name) => SERVICE_ROLE.test(name)),
  },
  {
    action: "iam:CreateServiceLinkedRole",
    prefix: "CREATE_SLR_WITH",
    key: "iam:awsservicename",
    isOpen: (resource) => isOpenRole(resource, (_name, path) => LINKED_ROLE.test(path)),
  },
];

function isOpenRole(resource: string, isNamed: (name: string, path: string) => boolean): boolean {
  if (/^[*?]+$/.test(resource)) return true;
  const path = ROLE.exec(resource)?.[1] ?? "";
  const mayBeRole = path.startsWith("role/") || /^(?:\*|r\*|ro\*|rol\*|role\*)/.test(path);
  return mayBeRole && /[*?]/.test(path) && !isNamed(path.split("/").at(-1) ?? "", path);
}

/** Roles that a statement lets somebody pass to services, or create for them, too freely. */
export function* checkPassedRoles(
  { action, resource, effect, conditions }: StatementSubject,
  { policyType }: Subject,
): Iterable<Report> {
  if (policyType !== "IDENTITY_POLICY" || effect !== "Allow" || !action || !resource) return;
  for (const { action: wanted, prefix, key, isOpen } of FAMILIES) {
    if (conditions.some((each) => each.name === key)) continue;
    const matching = action.items.filter(({ value }) => matchesActionPattern(value, wanted));
    if (action.negated ? matching.length > 0 : matching.length === 0) continue;
    const open = resource.negated ? [] : resource.items.filter(({ value }) => isOpen(value));
    if (!resource.negated && open.length === 0) continue;
    const resourcePlaces = resource.negated ? [resource.place] : placesOf(open);
    const code = (way: Way): CheckCode => `${prefix}_${way}`;
    if (action.negated) {
      const way = resource.negated
        ? "NOT_ACTION_AND_NOT_RESOURCE"
        : "STAR_IN_RESOURCE_AND_NOT_ACTION";
      yield { code: code(way), places: [action.place, ...resourcePlaces] };
      continue;
    }
    const stars = matching.filter(({ value }) => /[*?]/.test(value));
    const exact = matching.filter(({ value }) => !/[*?]/.test(value));
    if (exact.length > 0) {
      const way = resource.negated ? "NOT_RESOURCE" : "STAR_IN_RESOURCE";
      yield { code: code(way), places: [...placesOf(exact), ...resourcePlaces] };
    }
    if (stars.length > 0) {
      const way = resource.negated
        ? "STAR_IN_ACTION_AND_NOT_RESOURCE"
        : "STAR_IN_ACTION_AND_RESOURCE";
      yield { code: code(way), places: [...placesOf(stars), ...resourcePlaces] };
    }
  }
}

function placesOf(texts: readonly Text[]): readonly Place[] {
  return texts.map(({ place }) => place);
}
