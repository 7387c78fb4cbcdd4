/** EDNS option codes (IANA "DNS EDNS0 Option Codes", RFC 6891 §9). */
export const OptionCode = {
  NSID: 3,
  CLIENT_SUBNET: 8,
  EXPIRE: 9,
  COOKIE: 10,
  KEEPALIVE: 11,
  PADDING: 12,
  EXTENDED_ERROR: 15,
} as const;
