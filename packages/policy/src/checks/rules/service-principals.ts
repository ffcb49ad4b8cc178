import type { Report } from "../finding.ts";
import type { StatementSubject, Subject } from "../subject.ts";

/** Keys that say on whose behalf a service calls. */
const SOURCE = /^aws:source(?:arn|account|orgid|orgpaths)$/;
/** Keys that were used for that before. Source: the services' guides, as of SES and S3. */
const FORMER = new Set(["aws:referer", "aws:sourceowner"]);
/**
 * Keys about IAM's principals, which requests of services lack. Source: IAM User Guide, "AWS global
 * condition context keys".
 */
const OF_PRINCIPALS =
  /^aws:(?:principal(?:account|arn|orgid|orgpaths|type)$|principaltag\/|userid$|username$)/;

/** Services as principals of a resource: for whom they may act. */
export function* checkServicePrincipals(
  { principal, effect, conditions }: StatementSubject,
  { policyType, isTrust }: Subject,
): Iterable<Report> {
  const groups = principal?.entries.filter(({ type }) => type === "Service") ?? [];
  const services = groups.flatMap(({ values }) => values);
  if (services.length === 0 || effect !== "Allow" || principal?.negated) return;
  if (policyType !== "RESOURCE_POLICY") return;
  const without = conditions.filter(
    ({ name, read }) => OF_PRINCIPALS.test(name) && read?.family !== "null" && !read?.ifExists,
  );
  if (without.length > 0) {
    const conditionKeys = without.map(({ key }) => key).join(", ");
    const places = without.map(({ keyPlace }) => keyPlace);
    const code = "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL";
    yield { code, places, words: { conditionKeys } };
  }
  // What assumes a role is named by the role's own account.
  if (isTrust || conditions.some(({ name }) => SOURCE.test(name))) return;
  const former = conditions.find(({ name }) => FORMER.has(name));
  if (!former) {
    const places = groups.map(({ place }) => place);
    yield { code: "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", places };
    return;
  }
  const servicePrincipalPrefix = services.map(({ value }) => value.split(".")[0]).join(", ");
  yield {
    code: "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
    places: [former.keyPlace],
    words: { servicePrincipalPrefix, key: former.key },
  };
}
