/** The name of a resource of IVS: most may have none, and are called by their ID then. */
export function ivsName(resource: {
  readonly name?: string | undefined;
  readonly arn?: string | undefined;
}): string {
  return resource.name || (resource.arn?.split("/").at(-1) ?? "");
}
