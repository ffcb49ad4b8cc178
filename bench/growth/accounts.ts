/** An account with few things, and one with many. */
export interface GrownAccount {
  readonly id: string;
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Things of each kind. */
  readonly items: number;
}

const ITEMS = [1_000, 100_000];

export const ACCOUNTS: readonly GrownAccount[] = ITEMS.map((items, index) => ({
  id: String(111_111_111_111 + index),
  key: {
    accessKeyId: `AKIABENCHBENCHBENC${10 + index}`,
    secretAccessKey: `secret-of-bench-${index}`,
  },
  items,
}));
