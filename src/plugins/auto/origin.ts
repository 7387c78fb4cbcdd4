import { RE2JS } from "re2js";
import { Name } from "../../dns/name.ts";

/** The origin of the zone that a file of this name has; undefined if the name says none. */
export type OriginOf = (fileName: string) => Name | undefined;

/** `db.example.org` has `example.org`. */
export const defaultOrigin: OriginOf = originFrom(RE2JS.compile("db\\.(.*)"), "{1}");

/**
 * @param pattern is looked for anywhere in the name of the file
 * @param template of the origin: `{1}`, or `${1}`, is the pattern's first group
 */
export function originFrom(pattern: RE2JS, template: string): OriginOf {
  return (fileName) => {
    const matcher = pattern.matcher(fileName);
    if (!matcher.find()) return undefined;
    const origin = template.replaceAll(/\$?\{(\d{1,3})\}/g, (_, digits: string) => {
      const group = Number(digits);
      return group <= pattern.groupCount() ? (matcher.group(group) ?? "") : "";
    });
    return Name.tryParse(origin);
  };
}
