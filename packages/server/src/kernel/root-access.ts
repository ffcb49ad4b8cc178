/** Organizations' root access management: who may become root of which accounts (AssumeRoot). */
export interface RootAccess {
  readonly managementAccountId: string;
  readonly memberAccountIds: ReadonlySet<string>;
}
