import { memberOf } from "../../document/json-node.ts";
import type { Report } from "../finding.ts";
import { type Place, placeOfValue } from "../place.ts";
import type { Subject } from "../subject.ts";

/** Statement IDs: which characters, and whether a second one may be the same. */
export function* checkSids(subject: Subject): Iterable<Report> {
  const { statements, policyType, isTrust } = subject;
  // Services take other characters and repeated IDs in the policies of their resources.
  const isStrict = policyType !== "RESOURCE_POLICY" || isTrust;
  const places = new Map<string, Place[]>();
  for (const { object, place } of statements) {
    const member = memberOf(object, "Sid");
    if (member?.value.type !== "string") continue;
    const { value } = member.value;
    const at = placeOfValue(place, member);
    if (value === "") yield { code: "EMPTY_SID_VALUE", places: [at] };
    else {
      const same = places.get(value);
      if (same) same.push(at);
      else places.set(value, [at]);
    }
    if (isStrict && /[^0-9A-Za-z]/.test(value)) yield { code: "UNSUPPORTED_SID", places: [at] };
  }
  const code = isStrict ? "UNIQUE_SIDS_REQUIRED" : "UNIQUE_SIDS_RECOMMENDED";
  for (const same of places.values()) {
    if (same.length > 1) yield { code, places: same };
  }
}
