import type { LinkedRoleTemplates } from "./linked-role-templates.ts";

/**
 * AWS's services as `Principal` names them: `ivs.amazonaws.com`, `logs.eu-west-1.amazonaws.com`.
 * Only those with a service-linked role are known by name, so all of this form pass.
 */
const AWS_SERVICE = /^(?:[a-z0-9-]+\.){1,4}(?:amazonaws\.(?:com|com\.cn|eu)|aws\.internal)$/i;

/** Whether a policy may name this service: one of AWS's, or one of the setting `linkedServices`. */
export function isServicePrincipal(
  templates: Pick<LinkedRoleTemplates, "find">,
  name: string,
): boolean {
  return AWS_SERVICE.test(name) || templates.find(name) !== undefined;
}
