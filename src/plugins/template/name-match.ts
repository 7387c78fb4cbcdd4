/** What a regular expression found in a name. */
export interface NameMatch {
  readonly pattern: string;
  /** The whole match, then its groups; "" for one that took no part. */
  readonly groups: readonly string[];
  readonly named: Readonly<Record<string, string | null>>;
}
