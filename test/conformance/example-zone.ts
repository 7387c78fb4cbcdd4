/** The SOA record as it is stored: its TTL is longer than what it allows denials. */
export const SOA =
  "example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 7 7200 3600 1209600 60";

/** The same in a denial, as answers are written down (RFC 2308 §3). */
export const DENIAL_SOA = SOA.replace(" 3600 IN", " 60 IN").replace(" 7 7200", " SERIAL 7200");
export const APEX_SOA = SOA.replace(" 7 7200", " SERIAL 7200");

export const WWW_A = "www.example.org. 300 IN A 192.0.2.1";
export const WWW_AAAA = "www.example.org. 300 IN AAAA 2001:db8::1";

const LETTERS = "abcdefghijklmnopqrstuvwxyz".repeat(4).slice(0, 100);

/** Forty TXT records, 4.6 kilooctets. */
export const BIG = Array.from(
  { length: 40 },
  (_none, i) => `big.example.org. 300 IN TXT "${i + 10}${LETTERS}"`,
);
