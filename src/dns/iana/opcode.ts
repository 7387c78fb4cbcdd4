/** Operation codes (IANA "DNS OpCodes", RFC 6895 §2.2). */
export const Opcode = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;
