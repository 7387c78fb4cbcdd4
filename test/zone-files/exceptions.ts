/** Cases in which two of three are not followed, with the reason. */
export const exceptions: Readonly<Record<string, string>> = {
  "$ORIGIN without a dot":
    "RFC 1035 §5.1 has any domain name there; BIND and CoreDNS complete it, and files rely on that",
  "$GENERATE that is good": "NSD and Knot have no $GENERATE; BIND and CoreDNS do",
  "SVCB with no-default-alpn alone": "malformed by RFC 9460 §7.1.1; BIND refuses it, too",
  "generic TXT that is none": "no client could read it; BIND refuses it, too",
  "type TSIG": "no record of zones (RFC 8945 §5.2); BIND refuses it, too",
  "owner with a bad escape": "there is no such octet; BIND refuses it, too",
  "no TTL in front of the SOA":
    "NSD and Knot take 3600, which the file does not say; BIND and CoreDNS refuse it",
  "Macintosh line ends": "a file of one line to us; nobody has written these since 2001",
};
