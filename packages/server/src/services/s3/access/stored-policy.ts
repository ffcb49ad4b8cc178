/** The policy with its denials alone; null if it denies nothing. */
export function denialsOf(policy: string | null): string | null {
  if (policy === null) return null;
  const document = JSON.parse(policy) as { readonly Statement?: unknown };
  const statements = [document.Statement].flat() as readonly { readonly Effect?: unknown }[];
  const denials = statements.filter(({ Effect }) => Effect === "Deny");
  return denials.length === 0 ? null : JSON.stringify({ ...document, Statement: denials });
}
