/** A shell whose syntax is known. */
export type Shell = "bash" | "fish" | "powershell";

/** Writes a line that sets a variable, with the value quoted as the shell wants it. */
export function shellLine(shell: Shell, name: string, value: string): string {
  switch (shell) {
    case "bash":
      return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
    case "fish":
      return `set -gx ${name} '${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    case "powershell":
      return `$Env:${name} = '${value.replaceAll("'", "''")}'`;
    default:
      return shell satisfies never;
  }
}
