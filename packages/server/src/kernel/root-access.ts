/** Who may become root of which accounts by AssumeRoot: what Organizations calls root access management. */
export interface RootAccess {
  readonly managementAccountId: string;
  readonly memberAccountIds: ReadonlySet<string>;
}
