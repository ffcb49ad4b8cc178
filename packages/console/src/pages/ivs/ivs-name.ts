/** What a resource of IVS is called: most may go without a name, and have their ID then. */
export function ivsName(resource: {
  readonly name?: string | undefined;
  readonly arn?: string | undefined;
}): string {
  return resource.name || (resource.arn?.split("/").at(-1) ?? "");
}
