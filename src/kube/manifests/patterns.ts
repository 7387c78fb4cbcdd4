const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/** A DNS label, as the API server wants it of Namespaces, Services, host names, ports (RFC 1123 §2.1). */
export const DNS_LABEL = new RegExp(`^${LABEL}$`);

/** DNS labels joined by dots, as the API server wants it of most other names. */
export const DNS_SUBDOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

/** The target of an ExternalName Service, which may end in a dot. */
export const EXTERNAL_NAME = new RegExp(`^(?=.{1,254}$)${LABEL}(?:\\.${LABEL})*\\.?$`);

/** The transport protocols of a port. */
export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
