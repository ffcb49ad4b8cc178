/*
 * The trust policy of a service-linked role names only its service. AWS shows it in two shapes:
 * CreateServiceLinkedRole answers with lists, GetRole and ListRoles with single values, each in an
 * order of its own (seen in published CLI output of both).
 */

/** The document as it is stored and as GetRole shows it. */
export function serviceTrustPolicy(servicePrincipal: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: servicePrincipal }, Action: "sts:AssumeRole" },
    ],
  });
}

/** The document as CreateServiceLinkedRole answers it. */
export function createdTrustPolicy(servicePrincipal: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Action: ["sts:AssumeRole"], Effect: "Allow", Principal: { Service: [servicePrincipal] } },
    ],
  });
}
