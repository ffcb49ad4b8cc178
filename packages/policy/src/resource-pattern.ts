/** An object's key may have any character. */
const OBJECT = /^arn:[^:]*:s3:::[^/]+\//;
/** The whole of an account, or of a service: no type of resources has such an ARN. */
const WITHOUT_TYPE = /^arn:(?:[^:]*:){4}\*$/;
/** A path of IAM, which its lists are decided on: none of them knows types of resources. */
const OF_LIST = /^arn:[^:]*:iam::[^:]*:.*\/$/;
/** Cloud Control's refusals name it, its actions know no types of resources. */
const OF_CLOUD_CONTROL = /^arn:[^:]*:cloudformation:[^:]*:[^:]*:resource\/\*$/;
/** The resources of actions that know no types of resources. */
const WITHOUT_TYPES = [WITHOUT_TYPE, OF_LIST, OF_CLOUD_CONTROL];
/** `channel/*` is asked where there is no name yet, or for a list. */
const OF_ALL_NAMES = /[/:]\*$/;

/**
 * The pattern for a policy's Resource that covers what was asked and nothing else. It is "*" for
 * actions that know no types of resources.
 */
export function resourcePattern(resource: string): string {
  if (resource === "*" || WITHOUT_TYPES.some((form) => form.test(resource))) {
    return "*";
  }
  const isOfAll = OF_ALL_NAMES.test(resource) && !OBJECT.test(resource);
  const named = isOfAll ? resource.slice(0, -1) : resource;
  return escapePattern(named) + (isOfAll ? "*" : "");
}

/** A text as a pattern that covers it alone. */
export function escapePattern(text: string): string {
  return text.replaceAll(/\$(?=\{)|[*?]/g, (char) => `\${${char}}`);
}
