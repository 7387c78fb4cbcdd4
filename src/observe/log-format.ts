export const LOG_FORMATS = ["text", "json"] as const;

/** CoreDNS's `-log-format`. */
export type LogFormat = (typeof LOG_FORMATS)[number];
