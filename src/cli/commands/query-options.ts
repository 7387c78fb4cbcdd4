import type { Flag } from "../flag-description.ts";

/** The words of `query` that begin with a plus, as dig has them; `query/plus-options.ts` says what each does. */
export const QUERY_OPTIONS = {
  "+short": { isNegatable: true, summary: "nothing but the answers' data, one a line" },
  "+tcp": { also: ["+vc"], isNegatable: true, summary: "ask over TCP" },
  "+tls": {
    isNegatable: true,
    summary: "ask over TLS (port 853); the certificate is verified",
  },
  "+https": {
    also: ["+https-post"],
    value: "PATH",
    isOptional: true,
    isNegatable: true,
    summary: "ask over HTTPS (port 443, path /dns-query)",
  },
  "+http-plain": {
    also: ["+http-plain-post"],
    value: "PATH",
    isOptional: true,
    isNegatable: true,
    summary: "the same without TLS (port 80)",
  },
  "+tls-ca": {
    value: "FILE",
    kind: "file",
    isOptional: true,
    isNegatable: true,
    summary: "trust these authorities (PEM); +notls-ca verifies nothing",
  },
  "+tls-hostname": {
    value: "NAME",
    isNegatable: true,
    summary: "name to find in the certificate, if it is not the server's",
  },
  "+dnssec": { also: ["+do"], isNegatable: true, summary: "ask for DNSSEC records (DO)" },
  "+bufsize": { value: "N", summary: "take so many octets over UDP (1232)" },
  "+edns": {
    value: "N",
    isOptional: true,
    isNegatable: true,
    summary: "EDNS version (0); +noedns sends no OPT",
  },
  "+ednsnegotiation": {
    isNegatable: true,
    summary: "ask again if the server knows only an older version of EDNS (on)",
  },
  "+recurse": {
    also: ["+rdflag"],
    isNegatable: true,
    summary: "RD: have the server ask others (on)",
  },
  "+adflag": {
    also: ["+ad"],
    isNegatable: true,
    summary: "AD: say whether the answer is validated (on)",
  },
  "+cdflag": { also: ["+cd"], isNegatable: true, summary: "CD: do not validate" },
  "+subnet": {
    value: "ADDRESS/PREFIX",
    isNegatable: true,
    summary: "say that a client of this network asks (ECS); 0 forbids to say any",
  },
  "+nsid": { isNegatable: true, summary: "ask which of several servers answers (NSID)" },
  "+cookie": {
    value: "HEX",
    isOptional: true,
    isNegatable: true,
    summary: "send a DNS cookie (on)",
  },
  "+badcookie": {
    isNegatable: true,
    summary: "ask again with the cookie of a BADCOOKIE reply (on)",
  },
  "+time": { also: ["+timeout"], value: "N", summary: "seconds to wait (5)" },
  "+tries": { value: "N", summary: "how often to ask (3)" },
  "+retry": { value: "N", summary: "how often to ask again (2)" },
  "+search": {
    also: ["+defname"],
    isNegatable: true,
    summary: "complete the name by resolv.conf's search list",
  },
  "+showsearch": { isNegatable: true, summary: "the same, and print each reply on the way" },
  "+domain": { value: "NAME", summary: "complete the name by this, not by the search list" },
  "+ndots": {
    value: "N",
    summary: "a name with as many dots is first asked for as it is",
  },
  "+ignore": {
    isNegatable: true,
    summary: "do not ask again over TCP if the reply was truncated",
  },
  "+dns2": {
    isNegatable: true,
    summary: "ask by dns2's clients, which share no code with the server",
  },
  "+all": { isNegatable: true, summary: "print all that follows, or nothing" },
  "+cmd": { isNegatable: true, summary: "the line that repeats the command" },
  "+comments": { isNegatable: true, summary: "header, OPT and titles" },
  "+question": { isNegatable: true, summary: "the question" },
  "+answer": { isNegatable: true, summary: "the answer section" },
  "+authority": { isNegatable: true, summary: "the authority section" },
  "+additional": { isNegatable: true, summary: "the additional section" },
  "+stats": { isNegatable: true, summary: "time, server and size" },
  "+ttlid": { isNegatable: true, summary: "TTLs" },
  "+class": { isNegatable: true, summary: "classes" },
} as const satisfies Readonly<Record<string, Flag>>;

export type QueryOption = keyof typeof QUERY_OPTIONS;
