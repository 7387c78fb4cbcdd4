import type { EdnsOption } from "./edns.ts";
import { OptionCode } from "./iana/option-code.ts";

/** Explanations are for people; those of upstreams are passed on, however many and long they are. */
const MAX_ERRORS = 4;
const MAX_OCTETS = 2 + 120;

/** The options of a reply, with few and short Extended DNS Errors (RFC 8914 §3). */
export function boundErrors(options: readonly EdnsOption[]): readonly EdnsOption[] {
  if (options.length === 0) return options;
  let errors = 0;
  const kept = options.filter((option) => !isExtendedError(option) || ++errors <= MAX_ERRORS);
  return kept.map((option) => {
    const isLong = isExtendedError(option) && option.data.length > MAX_OCTETS;
    return isLong ? shorten(option) : option;
  });
}

/** The only option that is not between two neighbours alone (RFC 8914 §3). */
export function isExtendedError({ code }: EdnsOption): boolean {
  return code === OptionCode.EXTENDED_ERROR;
}

function shorten({ code, data }: EdnsOption): EdnsOption {
  // Not in the middle of a character of UTF-8, of which each octet but the first begins with 10.
  let end = MAX_OCTETS;
  while (end > MAX_OCTETS - 4 && ((data[end] as number) & 0xc0) === 0x80) end--;
  return { code, data: data.subarray(0, end) };
}
