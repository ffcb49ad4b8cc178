/** The help of a page. */
export interface Topic {
  readonly title: string;
  /** A paragraph each. */
  readonly text: readonly string[];
  /** AWS's pages on it. */
  readonly more: readonly (readonly [title: string, address: string])[];
}
