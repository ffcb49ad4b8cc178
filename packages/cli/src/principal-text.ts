/** A caller by name: `user ann of account 000000000000`. The ARN, where it has another form. */
export function principalText(arn: string): string {
  const [, , , , account, ...rest] = arn.split(":");
  const [kind, ...path] = rest.join(":").split("/");
  const of = `of account ${account}`;
  if (kind === "root" && path.length === 0) return `the root user ${of}`;
  const last = path.at(-1);
  if (last === undefined) return arn;
  switch (kind) {
    case "user":
      return `user ${last} ${of}`;
    case "assumed-role":
      return `role ${path[0]} ${of}, session ${last}`;
    case "federated-user":
      return `federated user ${last} ${of}`;
    default:
      return arn;
  }
}
