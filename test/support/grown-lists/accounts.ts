/** An account that has `items` things of each kind. */
export interface GrownAccount {
  readonly id: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly items: number;
}

export function grownAccounts(...items: readonly number[]): GrownAccount[] {
  return items.map((count, index) => ({
    id: String(111_111_111_111 + index),
    key: {
      accessKeyId: `AKIAGROWNGROWNGROW${10 + index}`,
      secretAccessKey: `secret-of-grown-account-${index}`,
    },
    items: count,
  }));
}

/** The setting `accounts` of a server that has them. */
export function accountSettings(accounts: readonly GrownAccount[]) {
  return accounts.map(({ id, key }) => ({
    id,
    rootAccessKeyId: key.accessKeyId,
    rootSecretAccessKey: key.secretAccessKey,
  }));
}
