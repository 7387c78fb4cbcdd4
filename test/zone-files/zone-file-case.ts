/** What every zone of the tables begins with, if nothing else is said. All are of `example.org.` */
export const HEAD = `$TTL 300
@ SOA ns host 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
`;

/** A zone file with something wrong or odd; others that it may include stand beside it. */
export interface ZoneFileCase {
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** Cases by name, of what stands behind the head. */
export function behindHead(tails: Readonly<Record<string, string>>): Record<string, ZoneFileCase> {
  return Object.fromEntries(
    Object.entries(tails).map(([name, tail]) => [name, { text: `${HEAD}${tail}\n` }]),
  );
}

/** Cases by name, of whole files. */
export function whole(texts: Readonly<Record<string, string>>): Record<string, ZoneFileCase> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { text }]));
}
