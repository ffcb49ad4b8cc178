import type { LinkedRoleTemplates } from "./linked-role-templates.ts";

/**
 * How AWS names its services in `Principal`: `ivs.amazonaws.com`, `logs.eu-west-1.amazonaws.com`.
 * Which of these there are is known of those with a service-linked role only, so all pass.
 */
const AWS_SERVICE = /^(?:[a-z0-9-]+\.){1,4}(?:amazonaws\.(?:com|com\.cn|eu)|aws\.internal)$/i;

/** Whether a policy may name this service: one of AWS's, or one of the setting `linkedServices`. */
export function isServicePrincipal(
  templates: Pick<LinkedRoleTemplates, "find">,
  name: string,
): boolean {
  return AWS_SERVICE.test(name) || templates.find(name) !== undefined;
}
